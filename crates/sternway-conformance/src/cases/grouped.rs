//! **Grouped in silence**: many changesets in one durable write keep their own verdicts.

use sternway_store::{Contested, Refusal, StoreError};
use sternway_types::{At, Receipt, Target};
use tokio::task::JoinSet;

use crate::{
    model,
    must::{Must, there},
    world::{
        Client, World, artifact, environment, failed, generation, greeting, label, live, move_to,
        pointer_at, production, succeeded, text, version,
    },
};

const CALLERS: u64 = 60;

/// A third of the callers publish, a third hold stale locks, a third ask for what cannot be.
async fn call(client: Client, caller: u64) -> (u64, Result<Receipt, StoreError>) {
    let own = artifact(&format!("prompts/own-{caller}"));
    let add = client.add(&own, &text("Hello")).await;
    let changeset = match caller % 3 {
        0 => client.changeset().then(add).then(move_to(&own, &label("stable"), Target::Added)),
        1 => client
            .changeset()
            .when(pointer_at(&greeting(), &live(&production()), generation(caller + 7)))
            .then(add),
        _ => {
            let nowhere = live(&environment(&format!("nowhere-{caller}")));
            client.changeset().then(add).then(move_to(&own, &nowhere, Target::Added))
        }
    };
    (caller, client.store.commit(&changeset).await)
}

pub(crate) async fn many_callers_keep_their_own_verdicts(world: World) {
    world.publish(&greeting(), "Hello").await;
    world.go_live(&greeting(), &production(), version(1)).await;
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        callers.spawn(call(Client::clone(&world), caller));
    }
    for (caller, answer) in callers.join_all().await {
        let own = artifact(&format!("prompts/own-{caller}"));
        let found = world.store.artifact(&world.ns, &own, At::Head).await.must("read an artifact");
        match caller % 3 {
            0 => {
                let receipt = answer.must(format_args!("commit what caller {caller} wants"));
                let found = there(found, &own);
                assert_eq!(found.revision, receipt.revision, "each was told its own revision");
                assert_eq!(receipt.pointers, [(own, label("stable"), generation(1))]);
            }
            1 => {
                let conflict = answer.must_conflict(format_args!("caller {caller} was stale"));
                let Contested::Pointer { expected, .. } = conflict.contested else {
                    panic!("the conflict is about something else: {conflict:?}");
                };
                assert_eq!(expected, generation(caller + 7), "each was told of its own lock");
                assert_eq!(found, None, "nothing of caller {caller} is there");
            }
            _ => {
                let nowhere = environment(&format!("nowhere-{caller}"));
                let refusal = answer.must_refuse(format_args!("caller {caller} asked too much"));
                assert_eq!(refusal, Refusal::NoEnvironment(nowhere));
                assert_eq!(found, None, "nothing of caller {caller} is there");
            }
        }
    }
    model::agrees_with_its_feed(&world).await;
}

pub(crate) async fn appends_beside_commits_keep_their_own_verdicts(world: World) {
    world.publish_many(&greeting(), 2).await;
    world.go_live(&greeting(), &production(), version(1)).await;
    let subject = world.subject(&greeting(), &production()).await;
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let (client, mut subject) = (Client::clone(&world), subject.clone());
        callers.spawn(async move {
            if caller % 4 == 0 {
                client.publish(&greeting(), &format!("{caller}")).await;
            }
            // Every other append has an outcome of a version that never was, after good ones.
            let mut outcomes = vec![succeeded(&format!("good {caller}"), &subject, client.now())];
            if caller % 2 == 1 {
                subject.version = version(1_000_000);
                outcomes.push(failed(&format!("bad {caller}"), &subject, client.now()));
            }
            (caller, client.store.append(&client.arriving(outcomes)).await)
        });
    }
    for (caller, answer) in callers.join_all().await {
        if caller % 2 == 1 {
            answer.must_refuse(format_args!("caller {caller} names no version"));
        } else {
            let appended = answer.must("append");
            assert_eq!(appended.subjects.len(), 1);
            assert_eq!(appended.duplicates, 0);
        }
    }
    let tallies = world.store.tallies(&world.ns, &subject).await.must("read the tallies");
    assert_eq!(tallies.map(|tallies| tallies.tally.total()), Some(CALLERS / 2));
    let latest =
        world.store.artifact(&world.ns, &greeting(), At::Head).await.must("read the artifact");
    assert_eq!(latest.map(|artifact| artifact.latest), Some(version(2 + CALLERS / 4)));
}
