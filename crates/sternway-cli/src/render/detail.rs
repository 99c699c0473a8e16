//! Everything that is known about a version, for people.

use std::fmt::Display;

use sternway::{
    api::{
        AttestationView, BodyView, CheckResultView, ContentView, DependentsView, FindingView,
        PointerKind, StayView, VersionDetailView,
    },
    types::Timestamp,
};

use super::{page::Page, style, tree};
use crate::{
    format::{
        number::{self, bytes, counted, percent},
        visible, when,
    },
    standing::State,
};

/// Writes everything that is known about a version.
pub(crate) fn write(view: &VersionDetailView, state: State, now: Timestamp, page: &mut Page) {
    let version = &view.version;
    let (symbol, word, color) = state.mark(page.symbols());
    let name = style::paint(style::NAME, &version.artifact);
    let state = style::paint(color, format!("{symbol} {word}").trim_end());
    page.line(format_args!("{name} {}  {state}", version.version));
    let mut fields = Fields { page, now };
    fields.version(view);
    fields.dependents(&view.dependents);
    fields.pointers(view);
    fields.known(view);
    for stay in &view.stays {
        fields.stay(stay);
    }
    if let Some(tree) = &view.tree {
        tree::write(tree, page);
    }
    if let Some(body) = &view.body {
        write_body(body, page);
    }
}

/// Writes fields, one per line, below each other.
struct Fields<'a> {
    page: &'a mut Page,
    now: Timestamp,
}

impl Fields<'_> {
    fn field(&mut self, name: &str, value: impl Display) {
        let value = value.to_string();
        let value = visible::block(&value);
        for (index, line) in value.trim_end().lines().enumerate() {
            let name = if index == 0 { name } else { "" };
            let name = style::paint(style::DIM, format_args!("{name:<11}"));
            self.page.line(format_args!("  {name} {line}"));
        }
    }

    fn version(&mut self, view: &VersionDetailView) {
        let version = &view.version;
        let dot = self.page.symbols().dot;
        self.field("digest", version.content.digest);
        match &view.tree {
            Some(tree) => {
                self.field("content", format_args!("folder, {}", tree::total(&tree.total)));
            }
            None => self.field("content", content(&version.content)),
        }
        let (at, ago) = (version.created_at, when::ago(version.created_at, self.now));
        self.field("published", format_args!("{at} ({ago}) {dot} revision {}", version.revision));
        self.field("by", &version.author);
        if version.authored_at != version.created_at {
            self.field("written", version.authored_at);
        }
        self.field("reason", &version.reason);
        self.field("changelog", &version.changelog);
        self.field("semver", version.semver.as_deref().unwrap_or_default());
        let parents: Vec<String> = version.parents.iter().map(ToString::to_string).collect();
        self.field("made from", parents.join(", "));
        for artifact in &version.depends_on {
            self.field("depends on", artifact);
        }
        for (name, value) in &version.metadata {
            self.field("metadata", format_args!("{name} = {value}"));
        }
    }

    fn dependents(&mut self, dependents: &DependentsView) {
        for artifact in &dependents.items {
            self.field("needed by", artifact);
        }
        if dependents.has_more {
            self.field("", "and more");
        }
    }

    fn pointers(&mut self, view: &VersionDetailView) {
        for pointer in &view.pointers {
            let ago = when::ago(pointer.at, self.now);
            match pointer.kind {
                PointerKind::Environment => {
                    self.field(
                        "live in",
                        format_args!("{} since {} ({ago})", pointer.name, pointer.at),
                    );
                }
                PointerKind::Label | _ => self.field("label", &pointer.name),
            }
        }
    }

    fn known(&mut self, view: &VersionDetailView) {
        for condemned in &view.condemnations {
            let reason = Some(&condemned.reason).filter(|reason| !reason.is_empty());
            let reason = reason.map_or_else(String::new, |reason| format!(": {reason}"));
            let text = format!("in {}{reason}", condemned.environment);
            self.field("condemned", visible::line(&text));
        }
        for attestation in &view.attestations {
            self.field("found", finding(attestation));
        }
    }

    fn stay(&mut self, stay: &StayView) {
        let dot = self.page.symbols().dot;
        let tally = stay.tally;
        let runs = counted(tally.total, "run");
        let success = tally.success_ratio.map(|ratio| format!(", {} success", percent(ratio)));
        let still = match stay.until {
            Some(until) => format!(" until {until}"),
            None => ", still live".into(),
        };
        let (environment, generation) = (&stay.environment, stay.generation);
        let since = format!("since {}{still}", stay.since);
        let runs = format!("{runs}{}", success.unwrap_or_default());
        self.field("stay", format_args!("{environment} #{generation} {since} {dot} {runs}"));
        if let Some(latch) = &stay.latch {
            self.field("", format_args!("regressed: {}", latch.regression.description));
        }
    }
}

fn content(content: &ContentView) -> String {
    let more = content.language.as_ref().or(content.media_type.as_ref());
    let more = more.map(|more| format!(" ({more})"));
    format!("{}{}, {}", content.kind, more.unwrap_or_default(), bytes(content.size))
}

fn finding(attestation: &AttestationView) -> String {
    let found = match &attestation.finding {
        FindingView::Tests { passed, failed, .. } => format!("{passed} passed, {failed} failed"),
        FindingView::Rating { rating_ratio } => format!("rated {rating_ratio} of 1"),
        FindingView::Status { status } => format!("status {status}"),
        FindingView::Check(result) => check(result),
        FindingView::Other { value } => value.to_string(),
        other => format!("{other:?}"),
    };
    format!("{}: {found} (by {}, {})", attestation.name, attestation.by, attestation.at)
}

/// What a check found, and by what.
fn check(result: &CheckResultView) -> String {
    let identity = result.identity.clone();
    let by = identity
        .or_else(|| result.schema.map(|digest| format!("schema {}", number::digest(&digest))));
    let by = by.map_or_else(String::new, |by| format!(", by {by}"));
    if result.passed {
        return format!("passed{by}");
    }
    let said = result.violations.iter().map(|it| match it.pointer.as_str() {
        "" => format!("\n  {}", it.message),
        pointer => format!("\n  {pointer}: {}", it.message),
    });
    let more = Some(result.more_violations).filter(|more| *more > 0);
    let more = more.map_or_else(String::new, |more| format!("\n  and {more} more"));
    format!("failed{by}{}{more}", said.collect::<String>())
}

fn write_body(body: &BodyView, page: &mut Page) {
    page.blank();
    match body {
        BodyView::Text { text } => {
            page.raw(&visible::block(text));
            if !text.ends_with('\n') {
                page.blank();
            }
        }
        BodyView::Base64 { .. } | _ => {
            page.hint("  the content is no text: sternway get REF > FILE");
        }
    }
}
