//! Who works at the seeded organization.

use crate::gladly::access::{USUAL_AGENT, USUAL_EMAIL};
use crate::gladly::directory::{Agent, CallRecorder, Directory, Inbox, Profile, Team};

const AGENTS: &[Agent] = &[
    Agent { id: USUAL_AGENT, name: "API Integration", email_address: USUAL_EMAIL },
    Agent { id: "agt_ana", name: "Ana Ruiz", email_address: "ana.ruiz@acme.example" },
    Agent { id: "agt_ben", name: "Ben Okafor", email_address: "ben.okafor@acme.example" },
    Agent { id: "agt_qa", name: "Quinn Adler", email_address: "quinn.adler@acme.example" },
    Agent { id: "agt_finance", name: "Farah Nasser", email_address: "farah.nasser@acme.example" },
];

const INBOXES: &[Inbox] = &[
    Inbox { id: "inb_support", name: "Support", disabled: false, agent_ids: &[USUAL_AGENT, "agt_ana", "agt_ben"] },
    Inbox { id: "inb_esc", name: "Escalations", disabled: false, agent_ids: &[USUAL_AGENT, "agt_ana"] },
    Inbox { id: "inb_billing", name: "Billing", disabled: false, agent_ids: &["agt_finance"] },
    Inbox { id: "inb_qa", name: "Quality Assurance", disabled: false, agent_ids: &["agt_qa"] },
    Inbox { id: "inb_legacy", name: "Legacy Mail", disabled: true, agent_ids: &[] },
];

const TEAMS: &[Team] = &[
    Team { id: "team_care", name: "Customer Care", description: "First line", agent_ids: &["agt_ana", "agt_ben"] },
    Team { id: "team_quality", name: "Quality", description: "Listens to calls and checks them", agent_ids: &["agt_qa"] },
    Team { id: "team_finance", name: "Finance", description: "Refunds and invoices", agent_ids: &["agt_finance"] },
];

/// Ben is on the phone with the customer of the item named.
pub(in crate::gladly) fn directory() -> Directory {
    Directory {
        organization: Profile {
            id: "org_acme",
            login_domain: "acme.example",
            name: "Acme Outfitters",
            timezone: "America/Los_Angeles",
            gladly_url: "https://acme.gladly.com",
        },
        agents: AGENTS,
        inboxes: INBOXES,
        teams: TEAMS,
        call_recorders: vec![CallRecorder {
            agent_id: "agt_ben",
            customer_id: "cus_892834",
            conversation_item_id: "item_780",
            recording: true,
        }],
    }
}
