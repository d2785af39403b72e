//! SCIM 2.0, as far as the vendor has it: users, listed, read, created and replaced. They are the same
//! people as in `users`; a deprovisioned one disappears there.

use serde_json::{Value, json};

use crate::kit::reply::Reply;
use crate::kit::request::Request;
use crate::sendoso::fields::Fields;
use crate::sendoso::organization::{Group, Organization, Role, User};
use crate::sendoso::refusal::Answer;

const USER_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const LIST_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const ERROR_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
const MAX_COUNT: usize = 100;

pub(super) fn list(organization: &Organization, request: &Request) -> Answer {
    let number = |name| request.parameter(name).and_then(|text| text.parse::<i64>().ok());
    let start = usize::try_from(number("startIndex").unwrap_or(1).max(1)).unwrap_or(usize::MAX);
    let count = usize::try_from(number("count").unwrap_or(MAX_COUNT as i64).max(0)).unwrap_or(MAX_COUNT).min(MAX_COUNT);
    let shown: Vec<Value> = organization.users.iter().skip(start - 1).take(count).map(|user| shape(organization, user)).collect();
    Ok(Reply::json(
        200,
        &json!({
            "schemas": [LIST_SCHEMA],
            "itemsPerPage": shown.len(),
            "startIndex": start,
            "totalResults": organization.users.len(),
            "Resources": shown,
        }),
    ))
}

pub(super) fn get(organization: &Organization, user_id: &str) -> Answer {
    let user = user_id.parse().ok().and_then(|id| organization.user(id)).ok_or_else(user_not_found)?;
    Ok(Reply::json(200, &shape(organization, user)))
}

pub(super) fn create(organization: &mut Organization, request: &Request) -> Answer {
    let fields = Fields::flat(request)?;
    let name = fields.object("name");
    for (fields, field) in
        [(&fields, "userName"), (&name, "givenName"), (&name, "familyName"), (&fields, "userType"), (&fields, "division")]
    {
        fields.require(&[field]).map_err(|_| failure(400, &format!("{field} can't be blank")))?;
    }
    let email = fields.text("userName");
    if organization.users.iter().any(|user| user.email.eq_ignore_ascii_case(&email)) {
        return Err(failure(409, "userName has already been taken"));
    }
    let user = User {
        id: organization.users.iter().map(|user| user.id).max().unwrap_or(0) + 1,
        first_name: name.text("givenName"),
        last_name: name.text("familyName"),
        email,
        role: role(&fields.text("userType"))?,
        group_id: division(organization, &fields.text("division"))?.id,
        balance_cents: 0,
        invitation_key: organization.codes.hex(32),
        is_active: true,
    };
    let reply = Reply::json(201, &shape(organization, &user));
    organization.users.push(user);
    Ok(reply)
}

/// Changes only what the body names.
pub(super) fn update(organization: &mut Organization, request: &Request, user_id: &str) -> Answer {
    let fields = Fields::flat(request)?;
    let mut user = user_id.parse().ok().and_then(|id| organization.user(id)).ok_or_else(user_not_found)?.clone();
    let name = fields.object("name");
    if !name.is_blank("givenName") {
        user.first_name = name.text("givenName");
    }
    if !name.is_blank("familyName") {
        user.last_name = name.text("familyName");
    }
    if !fields.is_blank("userType") {
        user.role = role(&fields.text("userType"))?;
    }
    if !fields.is_blank("division") {
        user.group_id = division(organization, &fields.text("division"))?.id;
    }
    if !fields.is_blank("active") {
        user.is_active = fields.boolean("active").ok_or_else(|| failure(400, "active must be true or false"))?;
    }
    let reply = Reply::json(200, &shape(organization, &user));
    if let Some(known) = organization.users.iter_mut().find(|known| known.id == user.id) {
        *known = user;
    }
    Ok(reply)
}

fn shape(organization: &Organization, user: &User) -> Value {
    let user_type = match user.role {
        Role::Regular => "sender",
        Role::Manager => "manager",
        Role::Admin => "admin",
    };
    json!({
        "schemas": [USER_SCHEMA],
        "id": user.id.to_string(),
        "userName": user.email,
        "active": user.is_active,
        "name": {"givenName": user.first_name, "familyName": user.last_name},
        "emails": [{"value": user.email}],
        "userType": user_type,
        "division": organization.group(user.group_id).map(|group| group.name.as_str()),
    })
}

fn role(user_type: &str) -> Result<Role, Reply> {
    match user_type {
        "sender" => Ok(Role::Regular),
        "manager" => Ok(Role::Manager),
        "admin" => Ok(Role::Admin),
        _ => Err(failure(400, "userType can be one of these: sender,manager,admin")),
    }
}

fn division<'a>(organization: &'a Organization, name: &str) -> Result<&'a Group, Reply> {
    let group = organization.groups.iter().find(|group| group.is_active && group.name == name);
    group.ok_or_else(|| failure(400, "division must be the name of a team group"))
}

fn user_not_found() -> Reply {
    failure(404, "User not found")
}

/// The vendor publishes no error body for SCIM; this is the standard's (RFC 7644 section 3.12).
fn failure(status: u16, detail: &str) -> Reply {
    Reply::json(status, &json!({"schemas": [ERROR_SCHEMA], "detail": detail, "status": status.to_string()}))
}
