//! `sternway show`: everything that is known about a version.

use std::process::ExitCode;

use base64::{Engine, engine::general_purpose::STANDARD};
use sternway::{
    Missing, Sternway,
    api::{BodyView, CondemnationView, DependentsView, VersionDetailView},
    store::Limit,
    types::{At, Content, ContentKind, Reference, Version},
};

use crate::{context::Context, error::CliError, render::detail, standing::Standing};

const EXAMPLES: &str = "\
Examples:
  sternway show prompts/greeting             what is live
  sternway show prompts/greeting@v2 --content
  sternway show prompts/greeting@sha256:41b7a0 --json";

/// Show one version: what it is, where it is live, what is known against it, how its runs went.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Which version; what is live if only the key is given.
    #[arg(value_name = "REF")]
    reference: Reference,

    /// Show the content too.
    #[arg(long)]
    content: bool,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode, CliError> {
    let shown = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let version = control.resolve(&args.reference, &context.environment).await?;
        let standing = Standing::load(control, &version.artifact, &context.environment).await?;
        let mut view = load(sternway, &standing, &version).await?;
        if args.content {
            view.body = Some(body(&control.content(&version).await?));
        }
        Ok((view, standing.state(&version)))
    });
    let (view, state) = shown.await?;
    let name = format!("{}@{}", view.version.artifact, view.version.version);
    context.answer(&view, &name, |page| detail::write(&view, state, context.now(), page))?;
    Ok(ExitCode::SUCCESS)
}

async fn load(
    sternway: &Sternway,
    standing: &Standing,
    version: &Version,
) -> Result<VersionDetailView, CliError> {
    let control = sternway.control();
    let attestations = control.attestations(&version.artifact, version.number).await?;
    Ok(VersionDetailView {
        version: version.into(),
        pointers: standing.pointers_at(version.number),
        condemnations: condemnations(sternway, version).await?,
        attestations: attestations.iter().map(Into::into).collect(),
        dependents: dependents(sternway, version).await?,
        stays: standing.stays(control, version.number).await?,
        tree: match version.content.kind {
            ContentKind::Tree => Some((&control.tree(version).await?).into()),
            ContentKind::Json | ContentKind::Text { .. } | ContentKind::Bytes { .. } => None,
        },
        body: None,
    })
}

/// The first artifacts that depend on this one.
async fn dependents(sternway: &Sternway, version: &Version) -> Result<DependentsView, CliError> {
    const SHOWN: usize = 50;
    let control = sternway.control();
    let (store, ns, limit) = (control.store(), control.namespace(), Limit::new(SHOWN + 1));
    let found = store.dependents(ns, &version.artifact, At::Head, None, limit).await?;
    let has_more = found.len() > SHOWN;
    let items = found.into_iter().take(SHOWN).map(|artifact| artifact.id).collect();
    Ok(DependentsView { items, has_more })
}

/// In every environment, since a content that is unfit for one is suspect in all.
async fn condemnations(
    sternway: &Sternway,
    version: &Version,
) -> Result<Vec<CondemnationView>, CliError> {
    let control = sternway.control();
    let (mut views, mut after) = (Vec::new(), None);
    loop {
        let page = control.environments(after.as_ref(), Limit::MAX).await?;
        let Some(last) = page.last() else { return Ok(views) };
        after = Some(last.id.clone());
        for environment in &page {
            let (artifact, digest) = (&version.artifact, &version.content.digest);
            let condemned = control.condemnation(artifact, &environment.id, digest).await?;
            views.extend(condemned.as_ref().map(Into::into));
        }
    }
}

fn body(content: &Content) -> BodyView {
    match content.as_text() {
        Some(text) => BodyView::Text { text: text.into() },
        None => BodyView::Base64 { base64: STANDARD.encode(content.as_bytes()) },
    }
}
