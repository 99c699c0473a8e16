//! Import: bring in a bundle. The whole of it is read and checked before any of its history is there.

use std::io::{Read, Seek};

use sternway_bundle::{Closing, Manifest};
use sternway_types::{At, Revision, Timestamp};

use super::{
    COMMIT, Policies, Watcher,
    verify::{Verified, verify},
};
use crate::{
    Control, ControlError, Intent,
    signed_head::{HeadVerifier, SignedHeadError},
};

/// What becomes of a bundle's history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// It becomes the namespace's own, with its revisions, numbers, ids, times and chain. The
    /// namespace is new, or holds an earlier state of the same history.
    #[default]
    Preserve,
    /// Its versions are added to the namespace's artifacts, with new numbers.
    Renumber(Policies),
}

/// How to bring in a bundle.
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is imported until it is given to a control"]
pub struct Import {
    /// What becomes of its history.
    pub mode: Mode,
    /// Who must have signed its head; nobody if nothing is said.
    pub signer: Option<HeadVerifier>,
    /// Whether nothing may be written.
    pub trial: Trial,
}

/// Whether something is only tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trial {
    /// It is done.
    #[default]
    No,
    /// It is tried.
    Yes,
}

/// What importing led to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Imported {
    /// What the bundle says of itself.
    pub manifest: Manifest,
    /// How much is in it.
    pub closing: Closing,
    /// How many commits were new here. In a renumbered import, those that were made of its versions,
    /// labels and policies.
    pub commits: u64,
    /// How many versions were new here.
    pub versions: u64,
    /// How many versions were here already.
    pub known_versions: u64,
    /// How many outcomes were new here.
    pub outcomes: u64,
    /// How many labels were set; only in a renumbered import.
    pub labels: u64,
    /// How many labels were not set, since they were here; only in a renumbered import.
    pub kept_labels: u64,
    /// How many policies were set; only in a renumbered import.
    pub policies: u64,
    /// How many policies were not set, since there was one, or no such environment; only in a
    /// renumbered import.
    pub kept_policies: u64,
}

impl Imported {
    pub(super) const fn nothing(manifest: Manifest, closing: Closing) -> Self {
        Self {
            manifest,
            closing,
            commits: 0,
            versions: 0,
            known_versions: 0,
            outcomes: 0,
            labels: 0,
            kept_labels: 0,
            policies: 0,
            kept_policies: 0,
        }
    }

    /// Whether there was anything new in it.
    #[must_use]
    pub const fn is_unchanged(&self) -> bool {
        self.commits + self.outcomes == 0
    }
}

impl Control {
    /// Brings a bundle into the namespace, which comes to life if need be. Nothing of its history is
    /// there before all of the bundle was checked: of one that is refused no more than contents that
    /// nothing names may stay. Importing it again adds what is missing, which may be nothing.
    ///
    /// # Errors
    ///
    /// [`ControlError::Bundle`] if it is not whole, or not signed as was asked for;
    /// [`ControlError::OtherHistory`] if the namespace has another history; and
    /// [`ControlError::Store`] if the store cannot write: then the next import goes on from there.
    pub async fn import_bundle<R: Read + Seek + Send + 'static>(
        &self,
        from: R,
        import: &Import,
        intent: &Intent,
        watcher: Watcher<'_>,
    ) -> Result<Imported, ControlError> {
        let head = self.store.head(&self.namespace, At::Head).await?;
        let revision = head.as_ref().map_or(Revision::ZERO, |head| head.revision);
        // Where there is no other history it could contradict, its contents are put while it is
        // checked: until a commit names them they are nobody's. But nothing is taken from a stranger.
        let anew = head.is_none() && import.mode == Mode::Preserve && import.trial == Trial::No;
        let put_into = (anew && import.signer.is_none()).then_some(self.store.as_ref());
        let (from, verified) = verify(from, revision, put_into, watcher).await?;
        check_signature(&verified, import.signer.as_ref())?;
        match import.mode {
            Mode::Preserve => self.preserve(from, verified, head, import.trial, watcher).await,
            Mode::Renumber(policies) => {
                let how = (policies, import.trial);
                self.renumber(from, verified, how, intent, watcher).await
            }
        }
    }
}

/// The work of an import: what is in a bundle is checked, and it is written.
pub(super) const fn whole(manifest: &Manifest) -> u64 {
    let once =
        manifest.content_bytes.saturating_add(manifest.revision.get().saturating_mul(COMMIT));
    once.saturating_mul(2)
}

fn check_signature(verified: &Verified, signer: Option<&HeadVerifier>) -> Result<(), ControlError> {
    let Some(signer) = signer else { return Ok(()) };
    let note = verified.closing.signed_head.as_deref();
    let signed = signer.open(note.ok_or(SignedHeadError::Malformed("the bundle has none"))?)?;
    let Manifest { namespace, revision, chain, .. } = &verified.manifest;
    if (&signed.namespace, signed.revision, signed.chain) != (namespace, *revision, *chain) {
        let other = SignedHeadError::Malformed("it is not the head of this bundle");
        return Err(other.into());
    }
    Ok(())
}

/// When outcomes from elsewhere arrive: their own times stay as they are.
pub(super) const ARRIVED: Timestamp = Timestamp::MAX;
