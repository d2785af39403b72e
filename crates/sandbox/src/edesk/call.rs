//! What an operation has at hand.

use jiff::Timestamp;

use crate::edesk::helpdesk::Helpdesk;
use crate::edesk::moment::Moment;
use crate::edesk::people::User;
use crate::edesk::settings::Settings;
use crate::kit::request::Request;

/// One admitted request.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) request: &'a Request,
    pub(super) helpdesk: &'a mut Helpdesk,
    pub(super) settings: &'a Settings,
    /// Whose token it is.
    pub(super) user_id: u64,
    pub(super) now: Timestamp,
}

impl Call<'_> {
    pub(super) fn moment(&self) -> Moment {
        Moment(self.now)
    }

    /// Who calls, as objects that were written by someone show it.
    pub(super) fn user(&self) -> Option<User> {
        self.helpdesk.users.get(self.user_id).cloned()
    }
}
