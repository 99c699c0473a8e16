//! What may be talked to, and what may not.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use proptest::prelude::*;
use sternway_notify::{Channels, Egress, Resolve, egress::is_public};
use sternway_provider::Notifier as _;
use sternway_types::{Reach, Via};
use tempfile::TempDir;

use crate::{
    made::{channel, deliver, deliver_through, kept, problem, try_channel},
    server::{OK, Server},
};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn to(folder: &TempDir, url: &str) -> Via {
    Via::Webhook { url: url.into(), secret: kept(folder, "secret", SECRET) }
}

#[tokio::test]
async fn this_host_is_not_talked_to_however_it_is_spelled() {
    let folder = TempDir::new().unwrap();
    let spellings = [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "localhost",
        "0.0.0.0",
        "[::]",
        "169.254.169.254",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "100.64.0.1",
        "[fd00::1]",
        "[fe80::1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "224.0.0.1",
    ];
    for host in spellings {
        let via = to(&folder, &format!("https://{host}:1/"));
        let told = problem(deliver(&channel(via, Reach::Public, None)).await);
        assert!(told.contains("is no address of the internet"), "{host}: {told}");
    }
}

/// Answers with an address of the internet once, and with this host ever after.
#[derive(Debug, Default)]
struct Rebinding {
    asked: AtomicUsize,
}

#[async_trait]
impl Resolve for Rebinding {
    async fn resolve(&self, _host: &str) -> io::Result<Vec<IpAddr>> {
        let first = self.asked.fetch_add(1, Ordering::SeqCst) == 0;
        // An address that was set aside for nobody would be refused: this one answers nobody.
        let public = IpAddr::V4(Ipv4Addr::new(192, 0, 1, 1));
        Ok(vec![if first { public } else { Ipv4Addr::LOCALHOST.into() }])
    }
}

#[tokio::test]
async fn a_name_is_looked_up_once_and_what_it_was_is_what_is_talked_to() {
    let (folder, server) = (TempDir::new().unwrap(), Server::answering(OK).await);
    let names = Arc::new(Rebinding::default());
    let egress = Egress::default().resolving(Arc::clone(&names) as Arc<dyn Resolve>);
    let via = to(&folder, &format!("https://rebinding.example:{}/", server.port));
    let channel = channel(via, Reach::Public, None);
    let first = problem(deliver_through(egress.clone(), &channel).await);
    assert!(!first.contains("no address of the internet"), "{first}");
    assert_eq!(names.asked.load(Ordering::SeqCst), 1);
    let second = problem(deliver_through(egress, &channel).await);
    assert!(second.contains("rebinding.example is 127.0.0.1"), "{second}");
    assert!(server.heard().is_empty());
}

/// One address of the internet, and one of this host.
#[derive(Debug)]
struct Both;

#[async_trait]
impl Resolve for Both {
    async fn resolve(&self, _host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(vec![Ipv4Addr::new(192, 0, 1, 1).into(), Ipv4Addr::LOCALHOST.into()])
    }
}

#[tokio::test]
async fn one_address_of_this_host_is_one_too_many() {
    let folder = TempDir::new().unwrap();
    let channel = channel(to(&folder, "https://both.example/"), Reach::Public, None);
    let told =
        problem(deliver_through(Egress::default().resolving(Arc::new(Both)), &channel).await);
    assert!(told.contains("both.example is 127.0.0.1"), "{told}");
}

#[test]
fn an_address_that_others_could_read_along_or_that_has_a_password_is_refused() {
    let folder = TempDir::new().unwrap();
    let open = channel(to(&folder, "http://example.com/"), Reach::Public, None);
    let told = Channels::default().check(&open).unwrap_err().to_string();
    assert!(told.contains("begins with https://"), "{told}");
    Channels::default()
        .check(&channel(to(&folder, "http://example.com/"), Reach::Private, None))
        .unwrap();
    for url in ["https://me:secret@example.com/", "ftp://example.com/", "https:///", "https://a b/"]
    {
        assert!(try_channel(to(&folder, url), Reach::Public, None).is_err(), "{url}");
    }
}

#[tokio::test]
async fn tls_is_held_against_the_name_and_the_authorities() {
    let key = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, port, _serving) = crate::email::tls_server(&key).await;
    let folder = TempDir::new().unwrap();
    let told = |host: &str| {
        let via = to(&folder, &format!("https://{host}:{port}/"));
        channel(via, Reach::Private, None)
    };
    let unknown = problem(deliver(&told("localhost")).await);
    assert!(unknown.contains("cannot be spoken to in private"), "{unknown}");
    let trusting = || Egress::trusting(vec![certificate.clone()]);
    let other = problem(deliver_through(trusting(), &told("127.0.0.1")).await);
    assert!(other.contains("cannot be spoken to in private"), "{other}");
    let taken = deliver_through(trusting(), &told("localhost")).await;
    assert_eq!(taken.unwrap().answer, "204 No Content");
}

proptest! {
    #[test]
    fn an_address_in_another_is_as_good_as_that_one(octets in any::<[u8; 4]>()) {
        let address = Ipv4Addr::from(octets);
        let mapped = address.to_ipv6_mapped();
        prop_assert_eq!(is_public(address.into()), is_public(mapped.into()));
        let [a, b, c, d] = octets.map(u16::from);
        let (high, low) = (a << 8 | b, c << 8 | d);
        prop_assert!(!is_public(Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1).into()));
        prop_assert!(!is_public(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low).into()));
    }

    #[test]
    fn what_the_standard_library_sets_aside_is_not_public(octets in any::<[u8; 4]>()) {
        let address = Ipv4Addr::from(octets);
        let aside = address.is_private() || address.is_loopback() || address.is_link_local()
            || address.is_multicast() || address.is_broadcast() || address.is_documentation()
            || address.is_unspecified();
        prop_assert!(!(aside && is_public(address.into())));
    }

    #[test]
    fn only_what_was_given_out_of_version_6_is_public(segments in any::<[u16; 8]>()) {
        let address = Ipv6Addr::from(segments);
        let given_out = (0x2000..=0x3fff).contains(&segments[0]);
        prop_assert!(given_out || address.to_ipv4_mapped().is_some() || !is_public(address.into()));
    }
}

#[test]
fn addresses_of_the_internet_are_public() {
    for address in
        ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8"]
    {
        assert!(is_public(address.parse().unwrap()), "{address}");
    }
}
