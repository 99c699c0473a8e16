//! The one way out: which addresses may be talked to, and a connection to one of them.
//!
//! A name is looked up once, every address of it is looked at, and the connection goes to one of exactly
//! these. So a name server that answers something else a moment later leads nowhere.

use std::{
    fmt, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use async_trait::async_trait;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName},
};
use sternway_types::Reach;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Why nobody is talked to.
#[derive(Debug, thiserror::Error)]
pub enum Unreachable {
    /// The name has no address now.
    #[error("{host} has no address")]
    Unknown {
        /// Which name.
        host: String,
        /// Why not.
        #[source]
        source: Option<io::Error>,
    },
    /// An address is of this host or its networks.
    #[error("{} is no address of the internet", named(host, address))]
    Private {
        /// Which name.
        host: String,
        /// The address.
        address: IpAddr,
    },
    /// Nobody listens, or nobody answers.
    #[error("cannot connect to {address}")]
    Connect {
        /// The last address that was tried.
        address: SocketAddr,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// Who listens is not who they should be, or speaks no TLS.
    #[error("{host} cannot be spoken to in private")]
    Tls {
        /// Which name.
        host: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

/// A host and its address, once if that is its name.
fn named(host: &str, address: &IpAddr) -> String {
    let address = address.to_string();
    if host == address { address } else { format!("{host} is {address}, which") }
}

/// Looks names up.
#[async_trait]
pub trait Resolve: fmt::Debug + Send + Sync + 'static {
    /// Every address of a host.
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// As the system looks names up.
#[derive(Clone, Copy, Debug)]
struct SystemNames;

#[async_trait]
impl Resolve for SystemNames {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((host, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}

/// The way out.
#[derive(Clone)]
pub struct Egress {
    names: Arc<dyn Resolve>,
    tls: Arc<ClientConfig>,
    extra: Vec<CertificateDer<'static>>,
}

impl fmt::Debug for Egress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Egress").field("names", &self.names).finish_non_exhaustive()
    }
}

impl Default for Egress {
    fn default() -> Self {
        Self::trusting(Vec::new())
    }
}

impl Egress {
    /// Trusts these authorities beside those of the web: of a company, say. One that makes no sense is
    /// left out.
    ///
    /// # Panics
    ///
    /// Never: what is used for TLS speaks the versions that are asked for.
    #[must_use]
    pub fn trusting(extra: Vec<CertificateDer<'static>>) -> Self {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let extra: Vec<_> =
            extra.into_iter().filter(|root| roots.add(root.clone()).is_ok()).collect();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring speaks the versions that are the default")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { names: Arc::new(SystemNames), tls: Arc::new(config), extra }
    }

    /// Looks names up elsewhere.
    #[must_use]
    pub fn resolving(mut self, names: Arc<dyn Resolve>) -> Self {
        self.names = names;
        self
    }

    /// The authorities that are trusted beside those of the web.
    #[must_use]
    pub fn authorities(&self) -> &[CertificateDer<'static>] {
        &self.extra
    }

    /// A connection to a host.
    pub(crate) async fn connect(
        &self,
        host: &str,
        port: u16,
        reach: Reach,
    ) -> Result<TcpStream, Unreachable> {
        let mut last = None;
        for address in self.addresses(host, port, reach).await? {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(source) => last = Some(Unreachable::Connect { address, source }),
            }
        }
        Err(last.unwrap_or_else(|| Unreachable::Unknown { host: host.to_owned(), source: None }))
    }

    /// Speaks TLS on a connection, with whoever has a certificate for the host.
    pub(crate) async fn secure(
        &self,
        stream: TcpStream,
        host: &str,
    ) -> Result<TlsStream<TcpStream>, Unreachable> {
        let failed = |source| Unreachable::Tls { host: host.to_owned(), source };
        let name = ServerName::try_from(host.to_owned())
            .map_err(|err| failed(io::Error::new(io::ErrorKind::InvalidInput, err)))?;
        TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await.map_err(failed)
    }

    /// The addresses of a host that may be talked to: all of them, or none.
    ///
    /// # Errors
    ///
    /// [`Unreachable`] if it has none, or one that may not be talked to.
    pub async fn addresses(
        &self,
        host: &str,
        port: u16,
        reach: Reach,
    ) -> Result<Vec<SocketAddr>, Unreachable> {
        let unknown = |source| Unreachable::Unknown { host: host.to_owned(), source };
        let found = match host.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => self.names.resolve(host).await.map_err(|err| unknown(Some(err)))?,
        };
        if found.is_empty() {
            return Err(unknown(None));
        }
        if reach == Reach::Public
            && let Some(address) = found.iter().copied().find(|address| !is_public(*address))
        {
            return Err(Unreachable::Private { host: host.to_owned(), address });
        }
        Ok(found.into_iter().map(|address| SocketAddr::new(address, port)).collect())
    }
}

/// Whether an address is one of the internet, and not of this host, its networks, a cloud's metadata, or
/// of nobody. An address that leads to another one, such as `::ffff:127.0.0.1`, is as good as that.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

const fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    !matches!(
        (first, second, third),
        // This host, private networks, the networks of providers, loopback, and links; groups, what was
        // never given out, and everybody.
        (0 | 10 | 127 | 224..=255, ..) | (100, 64..=127, _) | (169, 254, _) | (172, 16..=31, _) | (192, 168, _)
            // What is set aside: protocols, examples, old ways to version 6, and measuring.
            | (192, 0, 0 | 2) | (192, 88, 99) | (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113)
    )
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(address) = address.to_ipv4_mapped() {
        return is_public_v4(address);
    }
    let [first, second, ..] = address.segments();
    // Only 2000::/3 was given out. Of it: protocols and tunnels of 2001::/23, examples, and 6to4, which
    // hides an address of version 4.
    (0x2000..=0x3fff).contains(&first)
        && !(first == 0x2001 && second < 0x0200)
        && !(first == 0x2001 && second == 0x0db8)
        && first != 0x2002
        && !(first == 0x3fff && second < 0x1000)
}
