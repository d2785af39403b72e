//! Why a server's certificate was refused, for commands that explain it.

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
    causes(error).find_map(|cause| {
        // An I/O error hides what it is made of from `source`.
        let inner = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        match cause.downcast_ref::<rustls::Error>().or_else(|| inner?.downcast_ref::<rustls::Error>()) {
            Some(rustls::Error::InvalidCertificate(refused)) => Some(problem(refused)),
            _ => None,
        }
    })
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
