//! What one Sendoso customer has: people, groups with money, campaigns, sends.

use jiff::Timestamp;
use serde::Serialize;

use crate::kit::code::Codes;
use crate::sendoso::marketplace::Product;
use crate::sendoso::sends::Send;

#[derive(Debug)]
pub(super) struct Organization {
    pub(super) id: u64,
    pub(super) users: Vec<User>,
    pub(super) invitations: Vec<Invitation>,
    pub(super) groups: Vec<Group>,
    pub(super) campaigns: Vec<Campaign>,
    /// Oldest first.
    pub(super) sends: Vec<Send>,
    pub(super) products: Vec<Product>,
    /// Tracking codes and links of sends to come.
    pub(super) codes: Codes,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct User {
    pub(super) id: u64,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) email: String,
    pub(super) role: Role,
    pub(super) group_id: u64,
    pub(super) balance_cents: i64,
    /// The 32 digits that the members list calls `key`.
    pub(super) invitation_key: String,
    pub(super) is_active: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Role {
    Regular,
    Manager,
    Admin,
}

#[derive(Debug, Serialize)]
pub(super) struct Invitation {
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) email: String,
    pub(super) role: String,
    pub(super) group_id: u64,
    pub(super) expires_at: Timestamp,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Group {
    pub(super) id: u64,
    pub(super) name: String,
    /// What is left to spend.
    pub(super) budget_cents: i64,
    pub(super) monthly_budget: u32,
    pub(super) one_time_budget: u32,
    pub(super) rollover: bool,
    pub(super) is_active: bool,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
}

/// A campaign, which the vendor's paths and fields call a touch.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Campaign {
    pub(super) id: u64,
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) delivery: Delivery,
    pub(super) starts_at: Timestamp,
    pub(super) ends_at: Option<Timestamp>,
    pub(super) created_at: Timestamp,
    pub(super) user_id: u64,
    pub(super) gift_id: u64,
    pub(super) gift_type: &'static str,
    pub(super) gift_subtype: &'static str,
    /// What one send costs.
    pub(super) cost_cents: i64,
    /// Lowest and highest denomination of an eGift whose amount is not the default one.
    pub(super) denominations: Option<(i64, i64)>,
    pub(super) countries: &'static [&'static str],
    pub(super) is_active: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Delivery {
    Mail,
    Email,
}

impl Organization {
    pub(super) fn user(&self, id: u64) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(super) fn group(&self, id: u64) -> Option<&Group> {
        self.groups.iter().find(|group| group.id == id && group.is_active)
    }

    pub(super) fn group_of(&self, user_id: u64) -> Option<&Group> {
        self.group(self.user(user_id)?.group_id)
    }

    /// A campaign that has not been deactivated.
    pub(super) fn campaign(&self, id: u64) -> Option<&Campaign> {
        self.campaigns.iter().find(|campaign| campaign.id == id && campaign.is_active)
    }

    /// Takes `cents` from a group that has them.
    pub(super) fn charge(&mut self, group_id: u64, cents: i64, now: Timestamp) -> Funds {
        match self.groups.iter_mut().find(|group| group.id == group_id && group.budget_cents >= cents) {
            Some(group) => {
                group.budget_cents -= cents;
                group.updated_at = now;
                Funds::Taken
            }
            None => Funds::Insufficient,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Funds {
    Taken,
    Insufficient,
}

impl Delivery {
    pub(super) fn name(self) -> &'static str {
        match self {
            Delivery::Mail => "mail",
            Delivery::Email => "email",
        }
    }
}

impl Role {
    pub(super) fn name(self) -> &'static str {
        match self {
            Role::Regular => "regular",
            Role::Manager => "manager",
            Role::Admin => "admin",
        }
    }
}
