//! Addresses that are spoken to by TLS.

use std::sync::Arc;

use rustls::{ServerConfig, crypto::ring, pki_types::PrivatePkcs8KeyDer};
use sternway_health::HttpProbe;
use sternway_http::Egress;
use sternway_provider::Health;
use tokio::{io::AsyncWriteExt as _, net::TcpListener, task::JoinSet};
use tokio_rustls::TlsAcceptor;

use crate::made::{asked, endpoint, unwell};

#[tokio::test]
async fn whoever_answers_is_held_against_the_name_and_the_authorities() {
    let key = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let private = PrivatePkcs8KeyDer::from(key.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![key.cert.der().clone()], private.into())
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            drop(stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await);
            drop(stream.shutdown().await);
        }
    });
    let local = endpoint(&format!("https://localhost:{port}/ready"));
    let stranger = asked(&HttpProbe::new(local.clone())).await;
    unwell(stranger, "cannot be spoken to in private");
    let trusting = || Egress::trusting(vec![key.cert.der().clone()]);
    assert_eq!(asked(&HttpProbe::new(local.through(trusting()))).await, Ok(Health::Well));
    let other = endpoint(&format!("https://127.0.0.1:{port}/ready")).through(trusting());
    unwell(asked(&HttpProbe::new(other)).await, "cannot be spoken to in private");
}
