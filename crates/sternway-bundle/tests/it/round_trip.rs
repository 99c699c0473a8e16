//! What is written is read again.

use sternway_bundle::{BundleError, Entry, manifest};
use sternway_types::{Applied, Finding, MAX_CONTENT, Metadata};

use crate::world::{
    bundle, bundle_of, contents, entries, history, manifest_of, name_of, outcomes, unpack,
};

#[tokio::test]
async fn everything_is_read_as_it_was_written() {
    let (commits, written) = (history().await, contents());
    let announced = manifest_of(&commits, &written);
    let bundle = bundle_of(&announced, &commits, &written);
    assert_eq!(manifest(bundle.as_slice()).expect("it has one"), announced);
    let (entries, closing) = entries(&bundle).expect("it is sound");
    let mut read = Vec::new();
    let (mut seen_commits, mut seen_outcomes) = (Vec::new(), Vec::new());
    for entry in entries {
        match entry {
            Entry::Manifest(manifest) => assert_eq!(manifest, announced),
            Entry::Content(content) => read.push(content),
            Entry::Commits(commits) => seen_commits.extend(commits),
            Entry::Outcomes(logs) => {
                seen_outcomes.extend(logs.into_iter().flat_map(|log| log.outcomes));
            }
            Entry::Head(head) => assert_eq!(head, closing),
        }
    }
    assert_eq!(read, written);
    assert_eq!(seen_commits, commits);
    assert_eq!(seen_outcomes, outcomes());
    let counts = (closing.commits, closing.versions, closing.contents, closing.outcomes);
    assert_eq!(counts, (5, 4, 4, 5));
    assert_eq!((closing.entries, closing.subjects), (7, 1));
}

#[tokio::test]
async fn the_same_is_written_in_the_same_way() {
    assert_eq!(bundle().await, bundle().await);
}

#[tokio::test]
async fn other_tools_list_it() {
    let names: Vec<_> = unpack(&bundle().await).iter().map(name_of).collect();
    assert_eq!(names.len(), 8);
    assert!(names.first().is_some_and(|name| name.starts_with("00000001-manifest-")), "{names:?}");
    assert!(names.last().is_some_and(|name| name.starts_with("00000008-head-")), "{names:?}");
}

#[tokio::test]
async fn what_is_nested_as_deep_as_can_be_is_read_again() {
    let deep = |levels| {
        (0..levels).fold(serde_json::json!(0.1 + 0.2), |inner, _| serde_json::json!([inner]))
    };
    let mut commits = history().await;
    let last = commits.last_mut().expect("there are commits");
    for applied in &mut last.applied {
        if let Applied::VersionAdded(version) = applied {
            let members = [("deep".to_owned(), deep(120))].into_iter().collect();
            version.metadata = Metadata::new(members).expect("it is taken");
        }
    }
    let finding = sternway_types::Attestation {
        artifact: "prompts/greeting".parse().expect("an artifact"),
        version: sternway_types::VersionNumber::FIRST,
        name: "deep".parse().expect("a name"),
        finding: Finding::Other(deep(120)),
        by: last.actor.clone(),
        at: last.at,
    };
    let record = sternway_types::Record::Attestation(finding);
    last.applied.push(Applied::RecordChanged(Box::new(sternway_types::RecordChange {
        key: record.key(),
        before: Some(record.clone()),
        after: Some(record),
        generation: sternway_types::Generation::new(2),
    })));
    let before = commits[commits.len() - 2].chain;
    let last = commits.last_mut().expect("there are commits");
    last.chain = sternway_store::chain_of(&before, last).expect("it can be kept");
    let bundle = bundle_of(&manifest_of(&commits, &contents()), &commits, &contents());
    let (entries, _) = entries(&bundle).expect("it is sound");
    let read = entries.into_iter().find_map(|entry| match entry {
        Entry::Commits(commits) => Some(commits),
        Entry::Manifest(_) | Entry::Content(_) | Entry::Outcomes(_) | Entry::Head(_) => None,
    });
    assert_eq!(read, Some(commits));
}

#[tokio::test]
async fn the_largest_content_is_written_and_read() {
    let commits = history().await;
    let largest = "a".repeat(MAX_CONTENT);
    let mut contents = contents();
    contents.push(crate::world::text(&largest));
    let bundle = bundle_of(&manifest_of(&commits, &contents), &commits, &contents);
    // No commit names it, which is seen when the history ends: until there it is read.
    match entries(&bundle) {
        Err(BundleError::Damaged { detail, .. }) => {
            assert!(detail.starts_with("no commit names the content"), "{detail}");
        }
        other => panic!("{other:?}"),
    }
}
