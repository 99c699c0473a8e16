//! Where a request goes.

use std::fmt;

use sternway_types::Reach;
use url::{Host, Url};

/// Why an address is refused.
#[derive(Debug, thiserror::Error)]
pub enum BadAddress {
    /// It is none.
    #[error("the address is none")]
    Unreadable(#[from] url::ParseError),
    /// What leaves could be read by others on its way.
    #[error(
        "an address of the internet begins with https://: without TLS anybody could read along"
    )]
    Open,
    /// It is spoken to by another protocol.
    #[error("the address begins with neither https:// nor http://")]
    Scheme,
    /// Nobody is named.
    #[error("the address has no host")]
    NoHost,
}

/// Where a request goes.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) secure: bool,
    /// What stands behind the host.
    pub(crate) path: String,
    /// The host as the request names it.
    pub(crate) authority: String,
    pub(crate) reach: Reach,
}

impl Target {
    /// Reads an address. One that stays within networks of one's own may be spoken to in the open.
    ///
    /// # Errors
    ///
    /// [`BadAddress`] if it is none, or if what leaves could be read by others.
    pub fn new(address: &str, reach: Reach) -> Result<Self, BadAddress> {
        Self::of(&Url::parse(address)?, reach)
    }

    /// The same, of an address that was read.
    ///
    /// # Errors
    ///
    /// As [`Target::new`].
    pub fn of(url: &Url, reach: Reach) -> Result<Self, BadAddress> {
        let secure = match url.scheme() {
            "https" => true,
            "http" if reach == Reach::Private => false,
            "http" => return Err(BadAddress::Open),
            _ => return Err(BadAddress::Scheme),
        };
        // The parser reads `2130706433` and `0x7f.1` as the addresses that they are.
        let host = match url.host() {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            None => return Err(BadAddress::NoHost),
        };
        let named = url.host_str().unwrap_or_default();
        let authority = url.port().map_or_else(|| named.into(), |port| format!("{named}:{port}"));
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        Ok(Self {
            host,
            port: url.port_or_known_default().unwrap_or(443),
            secure,
            path: format!("{}{query}", url.path()),
            authority,
            reach,
        })
    }
}

impl fmt::Debug for Target {
    /// Without what stands behind the host, which may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("authority", &self.authority).finish_non_exhaustive()
    }
}
