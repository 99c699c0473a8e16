//! Where the Runtime API listens.

use std::{fmt, path::PathBuf, str::FromStr};

/// Where the Runtime API of an `HAProxy` listens: its `stats socket`.
///
/// ```
/// use sternway_haproxy::Address;
///
/// assert!(matches!("/run/haproxy/admin.sock".parse()?, Address::Unix(_)));
/// assert!(matches!("unix:/run/haproxy/admin.sock".parse()?, Address::Unix(_)));
/// assert!(matches!("127.0.0.1:9999".parse()?, Address::Tcp(_)));
/// # Ok::<(), sternway_haproxy::AddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A Unix socket, by its path.
    Unix(PathBuf),
    /// A host and a port.
    Tcp(String),
}

/// Why a text is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{given:?} is no address of a Runtime API: expected the path of a Unix socket that begins with `/`, \
     or a host and a port such as 127.0.0.1:9999"
)]
pub struct AddressError {
    given: String,
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let path = text.strip_prefix("unix:").unwrap_or(text);
        if path.starts_with('/') {
            return Ok(Self::Unix(path.into()));
        }
        match text.rsplit_once(':') {
            Some((host, port))
                if !host.is_empty() && host != "unix" && port.parse::<u16>().is_ok() =>
            {
                Ok(Self::Tcp(text.into()))
            }
            Some(_) | None => Err(AddressError { given: text.chars().take(200).collect() }),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => path.display().fmt(f),
            Self::Tcp(at) => f.write_str(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_address_is_refused() {
        let wrong = ["", "run/haproxy.sock", "localhost", ":9999", "localhost:", "localhost:99999"];
        for text in wrong.into_iter().chain(["unix:run/haproxy.sock", "unix:9999"]) {
            let error = text.parse::<Address>().unwrap_err().to_string();
            assert!(error.contains("expected the path of a Unix socket"), "{text}: {error}");
        }
        assert_eq!("unix:/run/a.sock".parse::<Address>().unwrap().to_string(), "/run/a.sock");
        assert_eq!("[::1]:9999".parse::<Address>().unwrap().to_string(), "[::1]:9999");
    }
}
