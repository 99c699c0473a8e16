//! What goes over the network is encrypted, and only with who is meant.

use std::path::Path;

use sternway_postgres::Connect;
use sternway_tests::faults::{Place, until, words};
use xtask::postgres::Server;

/// A certificate for the host of tests that vouches for itself, in PEM, and its key.
fn certificate() -> (String, String) {
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
    (made.cert.pem(), made.signing_key.serialize_pem())
}

fn trusting(place: &Place, root: &Path) -> Connect {
    let sure = format!("sslmode=verify-full&sslrootcert={}", root.display());
    Connect::to(place.url().replace("sslmode=disable", &sure))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_is_reached_over_tls_and_only_where_the_certificate_is_trusted() {
    let server = Server::start().expect("a server of its own");
    let (ours, key) = certificate();
    server.encrypt(&ours, &key).expect("it is told");
    let place = Place::new(server.url()).await.expect("a database");
    let folder = tempfile::tempdir().expect("a folder");
    let (root, other) = (folder.path().join("root.pem"), folder.path().join("other.pem"));
    std::fs::write(&root, ours).expect("it is written");
    std::fs::write(&other, certificate().0).expect("it is written");
    // It reads its settings again in a moment.
    let opens = || async { Ok(trusting(&place, &root).open().await.is_ok()) };
    until("the server speaks TLS", opens).await.expect("it does");
    let shop = super::shop(trusting(&place, &root)).await;
    shop.publish_now("prompts/p", "first").await.expect("it is published");
    let plain = "SELECT count(*) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid)
        WHERE a.application_name LIKE 'sternway %' AND NOT s.ssl";
    assert_eq!(place.number(plain).await.expect("counted"), 0, "a session is not encrypted");
    let err = trusting(&place, &other).open().await.expect_err("nobody vouches for the server");
    assert!(words(&err).contains("certificate"), "{}", words(&err));
    let private = Connect::to(place.url().replace("sslmode=disable", "sslmode=require"));
    private.open().await.expect("who asks for no more than privacy gets it");
}
