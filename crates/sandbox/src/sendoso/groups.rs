//! Team groups, which hold the money, and their members.

use serde_json::{Value, json};

use crate::kit::reply::Reply;
use crate::kit::request::Request;
use crate::sendoso::format::{decimal, precise_date, whole};
use crate::sendoso::organization::{Group, Organization};
use crate::sendoso::page::page;
use crate::sendoso::refusal::Answer;

pub(super) fn list(organization: &Organization, request: &Request) -> Answer {
    let active: Vec<&Group> = organization.groups.iter().filter(|group| group.is_active).collect();
    Ok(page(request, "groups", "total_groups", &active, |group| {
        json!({
            "id": group.id,
            "name": group.name,
            "budget": whole(group.budget_cents),
            "monthly_budget": group.monthly_budget.to_string(),
            "one_time_budget": group.one_time_budget,
            "rollover": group.rollover,
            "team_id": organization.id,
            "created_at": precise_date(group.created_at),
            "updated_at": precise_date(group.updated_at),
        })
    }))
}

/// A bare list, and an error without `success`: the vendor's only two of their kind.
pub(super) fn members(organization: &Organization, group_id: &str) -> Answer {
    let group = group_id.parse().ok().and_then(|id| organization.group(id));
    let group = group.ok_or_else(|| Reply::json(404, &json!({"message": "Group not found!"})))?;
    let members: Vec<Value> = organization
        .users
        .iter()
        .filter(|user| user.is_active && user.group_id == group.id)
        .map(|user| {
            json!({
                "id": user.id,
                "first_name": user.first_name,
                "last_name": user.last_name,
                "email": user.email,
                "balance": decimal(user.balance_cents),
                "sandbox": false,
                "team_group_id": user.group_id,
                "team_id": organization.id,
                "key": user.invitation_key,
            })
        })
        .collect();
    Ok(Reply::json(200, &Value::from(members)))
}
