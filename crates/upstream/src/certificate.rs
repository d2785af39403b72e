//! Why a server's certificate was refused, for commands that explain it.

use std::error::Error;
use std::io;

use rustls::CertificateError;

use crate::guard::causes;

/// What is wrong with a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateProblem {
    Expired,
    NotYetValid,
    /// It is for another host name.
    WrongName,
    /// Nobody who is trusted signed it: self-signed, signed by a private authority, or sent without its intermediates.
    UnknownIssuer,
    /// In the TLS library's words.
    Other(String),
}

/// The problem with the certificate, if that is why a request failed.
pub fn certificate_problem(error: &reqwest::Error) -> Option<CertificateProblem> {
    causes(error).find_map(tls_error).and_then(|error| match error {
        rustls::Error::InvalidCertificate(refused) => Some(problem(refused)),
        _ => None,
    })
}

/// I/O errors hide what they are made of from `source`, and there may be several around one another.
fn tls_error<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    match error.downcast_ref::<io::Error>() {
        Some(outer) => tls_error(outer.get_ref()?),
        None => error.downcast_ref(),
    }
}

fn problem(refused: &CertificateError) -> CertificateProblem {
    match refused {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => CertificateProblem::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => CertificateProblem::NotYetValid,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => CertificateProblem::WrongName,
        CertificateError::UnknownIssuer => CertificateProblem::UnknownIssuer,
        other => CertificateProblem::Other(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_name_of_its_own_and_others_their_words() {
        assert_eq!(problem(&CertificateError::Expired), CertificateProblem::Expired);
        assert_eq!(problem(&CertificateError::NotValidYet), CertificateProblem::NotYetValid);
        assert_eq!(problem(&CertificateError::NotValidForName), CertificateProblem::WrongName);
        assert_eq!(problem(&CertificateError::UnknownIssuer), CertificateProblem::UnknownIssuer);
        assert!(matches!(problem(&CertificateError::Revoked), CertificateProblem::Other(words) if !words.is_empty()));
    }

    #[test]
    fn the_reason_is_found_however_deep_it_lies() {
        let reason = rustls::Error::InvalidCertificate(CertificateError::Expired);
        let wrapped = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, reason.clone()));
        assert_eq!(tls_error(&wrapped), Some(&reason));
        assert_eq!(tls_error(&io::Error::other("else")), None);
    }
}
