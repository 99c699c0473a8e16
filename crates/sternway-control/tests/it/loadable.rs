//! What a deployment would go back to is proven to be there before it begins.

use sternway_store::{Batch, Direction, Kv as _, MemoryKv, Range};
use sternway_types::Digest;

use crate::{
    deploy::{by_shares, start},
    make::{greeting, production, said, text},
    world::World,
};

/// A store in which v1 is live and v2 is published.
async fn two() -> (World, MemoryKv) {
    let kv = MemoryKv::new();
    let world = World::on(kv.clone()).await;
    for number in [1, 2] {
        world.publish(&format!("greeting {number}")).await;
    }
    (world, kv)
}

/// Flips the last byte of every row that is kept under a digest, and lets the store see that.
async fn damage(world: &World, kv: &MemoryKv, of: &Digest) {
    let all = Range { from: vec![0], to: vec![u8::MAX], direction: Direction::Forward };
    let mut batch = Batch::new();
    let snapshot = kv.snapshot().expect("the map can be read");
    let scanned = snapshot.scan(&all, &mut |key, value| {
        let mut value = value.to_vec();
        if key.get(1..33) == Some(of.as_bytes()) {
            *value.last_mut().expect("a checksum") ^= 1;
            batch.insert(key.to_vec(), Some(value));
        }
        std::ops::ControlFlow::Continue(())
    });
    scanned.expect("the map can be read");
    assert!(!batch.is_empty(), "it is kept somewhere");
    kv.commit(&batch).expect("the map can be written");
    world.create_environment("staging").await;
}

#[tokio::test]
async fn what_cannot_come_back_or_go_live_is_not_deployed() {
    for (number, role) in [(1, "which would come back"), (2, "which is to be deployed")] {
        let (world, kv) = two().await;
        let content = text(&format!("greeting {number}"));
        damage(&world, &kv, &content.digest()).await;
        let err = said(start(&world, by_shares(&[5])).await);
        assert!(err.starts_with("integrity-mismatch: "), "{err}");
        assert!(err.contains(&format!("@v{number}, {role}")), "{err}");
        let begun = world.control.deployment_of(&greeting(), &production()).await;
        assert_eq!(begun.expect("the store can be read"), None);
    }
}
