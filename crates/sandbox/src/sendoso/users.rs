//! `me` and `users`. Creating a user only invites one.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::kit::clock::later;
use crate::kit::reply::Reply;
use crate::kit::request::Request;
use crate::sendoso::fields::Fields;
use crate::sendoso::format::{decimal, precise_date, whole};
use crate::sendoso::organization::{Invitation, Organization, User};
use crate::sendoso::page::page;
use crate::sendoso::refusal::{Answer, bad, refused};

/// Undocumented; assumed.
const INVITATION_LIFE: SignedDuration = SignedDuration::from_hours(14 * 24);

pub(super) fn me(organization: &Organization, user_id: u64) -> Answer {
    let user = organization.user(user_id).ok_or_else(|| refused(404, "User not found"))?;
    let team_balance: i64 = organization.users.iter().map(|user| user.balance_cents).sum();
    Ok(Reply::json(
        200,
        &json!({
            "id": user.id,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "email": user.email,
            "role": user.role.name(),
            "balance": decimal(user.balance_cents),
            "team_balance": whole(team_balance),
        }),
    ))
}

pub(super) fn list(organization: &Organization, request: &Request) -> Answer {
    let active: Vec<&User> = organization.users.iter().filter(|user| user.is_active).collect();
    Ok(page(request, "users", "total_users", &active, |user| {
        json!({
            "id": user.id,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "email": user.email,
            "team_group_id": user.group_id,
        })
    }))
}

pub(super) fn invite(organization: &mut Organization, request: &Request, now: Timestamp) -> Answer {
    let fields = Fields::under(request, "user")?;
    fields.require(&["first_name", "last_name", "email", "role", "team_group_id"])?;
    let role = fields.text("role");
    if role != "manager" && role != "regular" {
        return Err(bad("Role can be one of these: manager,regular"));
    }
    let group = fields.id("team_group_id").and_then(|id| organization.group(id));
    let group_id = group.ok_or_else(|| bad("Please enter a valid team group"))?.id;
    let invitation = Invitation {
        first_name: fields.text("first_name"),
        last_name: fields.text("last_name"),
        email: fields.text("email"),
        role,
        group_id,
        expires_at: later(now, INVITATION_LIFE),
    };
    let reply = Reply::json(
        201,
        &json!({
            "success": true,
            "message": "Invitation sent successfully",
            "receiver_email": invitation.email,
            "team_group_id": invitation.group_id,
            "user_role": invitation.role,
            "invitation_status": "pending",
            "expires_at": precise_date(invitation.expires_at),
        }),
    );
    organization.invitations.push(invitation);
    Ok(reply)
}
