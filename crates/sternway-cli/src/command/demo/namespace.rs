//! A namespace of the demo's own in a store that others share: the first of `demo`, `demo-2`,
//! `demo-3`, … that nobody has. One that is there is somebody's, be it that of an earlier demo.

use std::{collections::BTreeSet, sync::Arc};

use sternway::{
    control::Control,
    store::{Limit, Store},
    types::{At, IdError, NamespaceId},
};

use crate::error::CliError;

/// What the first one is called, and what the names of all others begin with.
const NAME: &str = "demo";

/// Makes one that is nobody else's.
///
/// # Errors
///
/// [`CliError`] if the store cannot be read or written.
pub(super) async fn claim(store: &Arc<dyn Store>) -> Result<NamespaceId, CliError> {
    loop {
        let namespace = free(store.as_ref()).await?;
        let control = Control::new(Arc::clone(store), namespace.clone());
        // Of two demos that found the same name free, one looks again.
        if control.claim_namespace().await? {
            return Ok(namespace);
        }
    }
}

/// The name that is free now.
///
/// # Errors
///
/// [`CliError`] if the store cannot be read.
pub(super) async fn free(store: &dyn Store) -> Result<NamespaceId, CliError> {
    let first: NamespaceId = first()?;
    if store.head(&first, At::Head).await?.is_none() {
        return Ok(first);
    }
    let mut taken = BTreeSet::from([first]);
    loop {
        let known = taken.len();
        let page = store.namespaces(taken.last(), Limit::MAX).await?;
        // They are in order: behind the first name that begins otherwise, all do.
        taken.extend(page.into_iter().take_while(|it| it.as_str().starts_with(NAME)));
        if taken.len() == known {
            return Ok(unused(&taken)?);
        }
    }
}

/// The name where nothing is there yet.
///
/// # Errors
///
/// [`IdError`] never: it is a name.
pub(super) fn first() -> Result<NamespaceId, IdError> {
    NAME.parse()
}

/// The first name behind the first one that is not among these.
fn unused(taken: &BTreeSet<NamespaceId>) -> Result<NamespaceId, IdError> {
    let mut number = 2_u64;
    loop {
        let name = format!("{NAME}-{number}").parse()?;
        if !taken.contains(&name) {
            return Ok(name);
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use sternway::store::{KvStore, MemoryKv};

    use super::*;

    /// Which name is made where these are.
    async fn check(taken: &[&str], expected: &str) {
        let store: Arc<dyn Store> = Arc::new(KvStore::open(MemoryKv::new()).unwrap());
        for name in taken {
            let control = Control::new(Arc::clone(&store), name.parse().unwrap());
            control.create_namespace().await.unwrap();
        }
        assert_eq!(free(store.as_ref()).await.unwrap().as_str(), expected);
        assert_eq!(claim(&store).await.unwrap().as_str(), expected);
    }

    #[tokio::test]
    async fn a_name_that_somebody_has_is_passed_over() {
        check(&[], "demo").await;
        check(&["default", "demo-2"], "demo").await;
        check(&["demo"], "demo-2").await;
        check(&["demo", "demo-2", "demo-3", "demolition", "other"], "demo-4").await;
        check(&["demo", "demo-10", "demo-3"], "demo-2").await;
    }
}
