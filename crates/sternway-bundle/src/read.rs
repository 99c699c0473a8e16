//! Reading a bundle, entry by entry, in one pass.

use std::{
    io::{self, Read},
    mem,
    ops::ControlFlow,
};

use serde::de::DeserializeOwned;
use sternway_types::{Commit, Content, Digest, NamespaceId};
use tar::{Archive, EntryType};

use crate::{
    BundleError, Chain, Closing, Entry, FORMAT, Log, Manifest,
    check::Check,
    commit::CommitShape,
    envelope::Opener,
    manifest::{Header, MAGIC, Shape},
    name::{Form, Kind, Name},
    outcome::{LogShape, OutcomeShape},
};

/// Reads a bundle to its end, and shows every entry when it was checked against those before it, with
/// how many bytes it had. `show` goes on with memory for what comes next, such as that of a content
/// it is done with; none is as good.
///
/// What was shown is part of a whole bundle only when this returns `Ok`: who writes it down before
/// reads twice.
///
/// # Errors
///
/// [`BundleError`] with what is wrong and where; [`BundleError::GivenUp`] if `show` broke off.
pub fn read(
    from: impl Read,
    chain: Chain<'_>,
    show: &mut dyn FnMut(Entry, usize) -> ControlFlow<(), Vec<u8>>,
) -> Result<Closing, BundleError> {
    let mut archive = Archive::new(Opener::new(from)?);
    let mut check = Check::new(chain);
    let mut body = Vec::new();
    let mut closing = None;
    // Raw: an extension of the format is an entry that is not taken, and nothing is read ahead for it.
    for entry in archive.entries()?.raw(true) {
        let mut entry = entry.map_err(|err| unreadable(err, &check))?;
        let name = name_of(&entry, &mut check)?;
        // It was refused if it says that it has more than it may.
        let len = usize::try_from(entry.size()).unwrap_or_default();
        if body.capacity() < len {
            body = vec![0; len];
        }
        // What it holds is written over.
        body.resize(len, 0);
        entry.read_exact(&mut body).map_err(|err| unreadable(err, &check))?;
        let checked = parse(name, &mut body, &check)?;
        check.entry(&checked).map_err(|detail| BundleError::damaged(name.to_string(), detail))?;
        if let Entry::Head(head) = &checked {
            closing = Some(head.clone());
        }
        match show(checked, len) {
            ControlFlow::Continue(room) if room.capacity() > body.capacity() => body = room,
            ControlFlow::Continue(_) => (),
            ControlFlow::Break(()) => return Err(BundleError::GivenUp),
        }
    }
    check.end()?;
    archive.into_inner().finish()?;
    closing.ok_or_else(|| BundleError::CutOff { place: "its end".into() })
}

/// What a bundle says of itself, without a look at what is in it.
///
/// # Errors
///
/// [`BundleError`] if it does not begin as a bundle does.
pub fn manifest(from: impl Read) -> Result<Manifest, BundleError> {
    let mut found = None;
    let unchained = |_: &Digest, _: &Commit| Err("it is not looked at".to_owned());
    let read = read(from, &unchained, &mut |entry, _| {
        if let Entry::Manifest(manifest) = entry {
            found = Some(manifest);
        }
        ControlFlow::Break(())
    });
    match (found, read) {
        (Some(manifest), _) => Ok(manifest),
        (None, Err(err)) => Err(err),
        (None, Ok(_)) => Err(BundleError::CutOff { place: "its beginning".into() }),
    }
}

/// What a failure to read on means. Who never saw a manifest never saw a bundle.
fn unreadable(err: io::Error, check: &Check<'_>) -> BundleError {
    let err = BundleError::reading(err, check.place());
    if let (BundleError::Damaged { detail, .. }, None) = (&err, check.manifest()) {
        return BundleError::NotABundle { detail: detail.clone() };
    }
    err
}

/// The name of an entry, if one that is called so, is so large and is of such a type may come here.
fn name_of(entry: &tar::Entry<'_, impl Read>, check: &mut Check<'_>) -> Result<Name, BundleError> {
    let bytes = entry.path_bytes();
    let text = String::from_utf8_lossy(&bytes);
    let shown: String = text.chars().take(120).collect();
    let refuse =
        |detail: String| BundleError::damaged(format!("{} ({shown:?})", check.place()), detail);
    let Ok(name) = text.parse::<Name>() else {
        if check.manifest().is_none() {
            let detail = format!("its first entry is {shown:?}");
            return Err(BundleError::NotABundle { detail });
        }
        return Err(refuse("no entry of a bundle is called so".into()));
    };
    if entry.header().entry_type() != EntryType::Regular {
        return Err(refuse("it is no file".into()));
    }
    let (size, limit) = (entry.size(), name.kind.limit());
    if size > limit as u64 {
        return Err(refuse(format!("it says it has {size} bytes: the limit is {limit}")));
    }
    let place = name.to_string();
    check.name(&name).map_err(|detail| BundleError::damaged(place, detail))?;
    Ok(name)
}

fn parse(name: Name, body: &mut Vec<u8>, check: &Check<'_>) -> Result<Entry, BundleError> {
    let damaged = |detail: String| BundleError::damaged(name.to_string(), detail);
    let other = || damaged("its bytes do not have its digest".into());
    if let Kind::Content(form) = name.kind {
        let content = content(form, body, &name.digest).map_err(damaged)?;
        return if content.digest() == name.digest {
            Ok(Entry::Content(content))
        } else {
            Err(other())
        };
    }
    if Digest::of(body) != name.digest {
        return Err(other());
    }
    let namespace = check.manifest().map(|manifest| &manifest.namespace);
    match (name.kind, namespace) {
        (Kind::Commits, Some(namespace)) => {
            commits(body, namespace).map(Entry::Commits).map_err(damaged)
        }
        (Kind::Outcomes, _) => logs(body).map(Entry::Outcomes).map_err(damaged),
        (Kind::Head, _) => object(body).map(Entry::Head).map_err(damaged),
        (Kind::Manifest, _) => parse_manifest(body),
        (Kind::Commits | Kind::Content(_), _) => Err(damaged("there is no manifest".into())),
    }
}

/// A content. What has another digest is not said to be malformed.
fn content(form: Form, body: &mut Vec<u8>, digest: &Digest) -> Result<Content, String> {
    if form == Form::Bytes {
        // Nothing else is the matter with them, so that they need not be kept.
        return form.content(mem::take(body));
    }
    form.content(body.clone()).map_err(|err| {
        if Digest::of(body) == *digest { err } else { "its bytes do not have its digest".into() }
    })
}

fn parse_manifest(body: &[u8]) -> Result<Entry, BundleError> {
    let not = |detail: String| BundleError::NotABundle { detail };
    let Header { bundle, format } = object(body).map_err(not)?;
    if bundle != MAGIC {
        return Err(not("its manifest is that of something else".into()));
    }
    if format > FORMAT {
        return Err(BundleError::NewerFormat { found: format, newest: FORMAT });
    }
    if format != FORMAT {
        return Err(not(format!("there is no format {format}")));
    }
    Ok(Entry::Manifest(object::<Shape>(body).map_err(not)?.into()))
}

fn object<T: DeserializeOwned>(json: &[u8]) -> Result<T, String> {
    serde_json::from_slice(json).map_err(|err| format!("it cannot be understood ({err})"))
}

/// The lines of a part, with their numbers from 1. Each ends with a newline.
fn lines(body: &[u8]) -> Result<impl Iterator<Item = (usize, &[u8])>, String> {
    let body = body.strip_suffix(b"\n").ok_or("its last line has no end")?;
    Ok((1..).zip(body.split(|byte| *byte == b'\n')))
}

fn commits(body: &[u8], namespace: &NamespaceId) -> Result<Vec<Commit>, String> {
    let commit = |(number, line): (usize, &[u8])| {
        let shape = serde_json::from_slice::<CommitShape>(line);
        let commit = shape.and_then(|shape| shape.into_commit(namespace));
        commit.map_err(|err| format!("line {number} is no commit ({err})"))
    };
    lines(body)?.map(commit).collect()
}

fn logs(body: &[u8]) -> Result<Vec<Log>, String> {
    let mut lines = lines(body)?;
    let mut logs = Vec::new();
    while let Some((number, line)) = lines.next() {
        let head = serde_json::from_slice::<LogShape>(line);
        let head = head.map_err(|err| format!("line {number} begins no log ({err})"))?;
        let LogShape { subject, judged, from, outcomes } = head;
        let mut log = Log { subject, judged, from, outcomes: Vec::new() };
        for _ in 0..outcomes {
            let (number, line) = lines.next().ok_or("its last log is cut off")?;
            let shape = serde_json::from_slice::<OutcomeShape>(line);
            let shape = shape.map_err(|err| format!("line {number} is no outcome ({err})"))?;
            log.outcomes.push(shape.into_outcome(&log.subject));
        }
        logs.push(log);
    }
    Ok(logs)
}
