//! Values of the command line that may be secrets: where one is refused, it is not quoted.

use std::ffi::OsStr;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

/// Reads a value with this function, whose errors say what is wrong without quoting it.
#[derive(Clone)]
pub(crate) struct Unquoted<T>(pub fn(&str) -> Result<T, String>);

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Unquoted<T> {
    type Value = T;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        let Self(parse) = self;
        let read = value.to_str().map_or_else(|| Err("this is no UTF-8".to_owned()), parse);
        read.map_err(|problem| {
            let place = argument.map(|argument| format!("{argument}: ")).unwrap_or_default();
            command.clone().error(ErrorKind::ValueValidation, format!("{place}{problem}"))
        })
    }
}
