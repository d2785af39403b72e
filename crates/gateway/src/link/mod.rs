//! Pages on which people connect accounts: `/link/{token}`, and the way back from vendors, `/oauth/callback`.

mod way;

pub(crate) use way::{redirect_uri, refused, way};
