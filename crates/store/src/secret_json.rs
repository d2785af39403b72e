//! JSON that holds secrets.

use std::io::{self, Write};

use serde::Serialize;
use zeroize::Zeroizing;

use crate::StoreError;

/// A value as JSON that is overwritten when it is let go, written once into memory of the right size: growing would leave pieces behind.
///
/// # Errors
/// [`StoreError::Invalid`] if it has no form in JSON.
pub fn secret_json<T: Serialize + ?Sized>(value: &T) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let unwritable = |error| StoreError::invalid(format!("this cannot be written as JSON: {error}"));
    let mut length = Length(0);
    serde_json::to_writer(&mut length, value).map_err(unwritable)?;
    let mut json = Zeroizing::new(Vec::with_capacity(length.0));
    serde_json::to_writer(&mut *json, value).map_err(unwritable)?;
    Ok(json)
}

/// Counts what would be written.
struct Length(usize);

impl Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
