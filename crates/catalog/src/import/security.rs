//! Security schemes as ways to authenticate.
