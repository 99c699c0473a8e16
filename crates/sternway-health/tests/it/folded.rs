//! Several checks as one, and checks that are made again.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use sternway_health::{Fold, Folded, HttpProbe, Retried};
use sternway_provider::{Health, HealthProbe, Unprobed};
use sternway_types::{Deployment, ProbeId};
use tokio::sync::Barrier;

use crate::{
    made::{asked, endpoint, unknown, unwell},
    server::{Server, says},
};

/// Answers this, each time, once so many were asked with it; never if it is to say nothing.
#[derive(Debug)]
struct Says {
    answer: Option<Result<Health, Unprobed>>,
    together: Barrier,
    asked: AtomicUsize,
}

fn saying(answer: Option<Result<Health, Unprobed>>, together: usize) -> Arc<Says> {
    Arc::new(Says { answer, together: Barrier::new(together), asked: AtomicUsize::new(0) })
}

#[async_trait]
impl HealthProbe for Says {
    async fn probe(&self, _: &Deployment) -> Result<Health, Unprobed> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.together.wait().await;
        match &self.answer {
            Some(answer) => answer.clone(),
            None => std::future::pending().await,
        }
    }
}

fn named(probes: &[Arc<Says>]) -> Vec<(ProbeId, Arc<dyn HealthProbe>)> {
    let name = |place: usize| format!("p{place}").parse().expect("a name");
    let probes = probes.iter().enumerate();
    probes.map(|(place, it)| (name(place), Arc::clone(it) as Arc<dyn HealthProbe>)).collect()
}

fn not_well() -> Option<Result<Health, Unprobed>> {
    Some(Ok(Health::Unwell("503".into())))
}

#[tokio::test]
async fn they_are_asked_at_the_same_time() {
    let one = saying(Some(Ok(Health::Well)), 3);
    let of = named(&[Arc::clone(&one), Arc::clone(&one), Arc::clone(&one)]);
    assert_eq!(asked(&Folded::new(Fold::All, of)).await, Ok(Health::Well));
    assert_eq!(one.asked.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn what_is_decided_waits_for_nobody() {
    let never = || saying(None, 1);
    let of = named(&[never(), saying(not_well(), 1)]);
    unwell(asked(&Folded::new(Fold::All, of)).await, "p1: 503");
    let of = named(&[never(), saying(Some(Ok(Health::Well)), 1)]);
    assert_eq!(asked(&Folded::new(Fold::Any, of)).await, Ok(Health::Well));
}

#[tokio::test]
async fn folds_of_folds_say_whose_words_they_are() {
    let inner = Folded::new(Fold::Any, named(&[saying(not_well(), 1), saying(not_well(), 1)]));
    let of: Vec<(ProbeId, Arc<dyn HealthProbe>)> = vec![("both".parse().unwrap(), Arc::new(inner))];
    unwell(asked(&Folded::new(Fold::All, of)).await, "both: p");
}

#[tokio::test]
async fn one_that_breaks_off_finds_nothing_out() {
    #[derive(Debug)]
    struct Broken;
    #[async_trait]
    impl HealthProbe for Broken {
        async fn probe(&self, _: &Deployment) -> Result<Health, Unprobed> {
            panic!("as a fault of a probe of somebody's own would")
        }
    }
    let of: Vec<(ProbeId, Arc<dyn HealthProbe>)> = vec![("own".parse().unwrap(), Arc::new(Broken))];
    unknown(asked(&Folded::new(Fold::All, of)).await, "a check broke off");
}

#[tokio::test]
async fn whoever_is_well_at_the_last_try_is_well() {
    let down = says("503 Service Unavailable", "");
    let server = Server::answering(&[down.clone(), says("200 OK", "")]).await;
    let probe = Arc::new(HttpProbe::new(endpoint(&server.url())));
    assert_eq!(asked(&Retried::new(probe, 1)).await, Ok(Health::Well));
    let server = Server::answering(&[down]).await;
    let probe = Arc::new(HttpProbe::new(endpoint(&server.url())));
    unwell(asked(&Retried::new(probe, 1)).await, "503");
    assert_eq!(server.heard().len(), 2);
}

#[tokio::test]
async fn what_finds_nothing_out_is_not_tried_again_at_once() {
    let nothing = saying(Some(Err(Unprobed::new("no route"))), 1);
    let probe = Retried::new(Arc::clone(&nothing) as Arc<dyn HealthProbe>, 10);
    unknown(asked(&probe).await, "no route");
    assert_eq!(nothing.asked.load(Ordering::SeqCst), 1);
}
