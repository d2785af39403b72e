//! Codes that look random. [`Codes`] gives the same ones at every start, for data that tests name;
//! [`secret`] never gives the same twice, for tokens.

use uuid::Uuid;

/// A repeatable sequence (SplitMix64, Steele, Lea and Flood 2014).
#[derive(Debug, Clone)]
pub(crate) struct Codes {
    state: u64,
}

impl Codes {
    pub(crate) fn from_seed(seed: u64) -> Codes {
        Codes { state: seed }
    }

    /// `length` lower-case hexadecimal digits.
    pub(crate) fn hex(&mut self, length: usize) -> String {
        self.take(length, b"0123456789abcdef")
    }

    /// `length` letters and digits.
    pub(crate) fn alphanumeric(&mut self, length: usize) -> String {
        self.take(length, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
    }

    fn take(&mut self, length: usize, alphabet: &[u8]) -> String {
        let size = alphabet.len() as u64;
        (0..length).filter_map(|_| alphabet.get((self.next() % size) as usize)).map(|&byte| char::from(byte)).collect()
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// 64 hexadecimal digits nobody has seen before: an access token, a refresh token, a code.
pub(crate) fn secret() -> String {
    format!("{}{}", Uuid::now_v7().simple(), Uuid::now_v7().simple())
}

/// 32 hexadecimal digits that name one request.
pub(crate) fn request_id() -> String {
    Uuid::now_v7().simple().to_string()
}
