//! Shows what a rollback point holds.

use sternway::{
    Missing,
    api::{PointDetailView, PointLiveView, PointPolicyView, PolicyView},
    control::point::{Held, Pointed},
    types::{Record, RecordEntry},
};

use super::{list::line, target::Target};
use crate::{
    command::restore_to::{moves, view_of},
    context::Context,
    error::CliError,
    format::when,
    render::{page::Page, style},
};

/// Which point.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which: its id, the revision that it names, or newest.
    #[arg(value_name = "POINT")]
    target: Target,
}

pub(super) async fn run(context: &Context, args: Args) -> Result<(), CliError> {
    let found = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let pointed = args.target.find(context, control).await?;
        let held = control.held_by(&pointed.point).await?;
        Ok((pointed, held))
    });
    let (pointed, held) = found.await?;
    let view = view(&pointed, &held);
    context.answer(&view, &view.point.id.to_string(), |page| write(context, &view, &held, page))
}

fn view(pointed: &Pointed, held: &Held) -> PointDetailView {
    let live = held.live.iter();
    let live = live
        .map(|(artifact, version)| PointLiveView { artifact: artifact.clone(), version: *version });
    let labels = held.labels.as_ref().map(|all| all.iter().map(Into::into).collect());
    let policies = held.policies.as_ref().map(|all| all.iter().filter_map(policy).collect());
    PointDetailView {
        point: (&pointed.point).into(),
        live: live.collect(),
        labels,
        policies,
        moves: held.restoring.moved.iter().map(view_of).collect(),
        stays: held.restoring.stays.iter().map(view_of).collect(),
    }
}

fn policy(entry: &RecordEntry) -> Option<PointPolicyView> {
    let Some(Record::Policy(policy)) = &entry.record else { return None };
    let view = PolicyView::new(Some(&policy.scope), &policy.setting);
    Some(PointPolicyView { policy: view, generation: entry.generation })
}

fn write(context: &Context, view: &PointDetailView, held: &Held, page: &mut Page) {
    let point = &view.point;
    page.line(line(point));
    let (by, now) = (&point.by, context.now());
    page.hint(format_args!("  taken {} by {by}, point {}", when::ago(point.at, now), point.id));
    if let Some(used) = &point.used {
        page.line(format_args!("  {} {} by {}", used.how, when::ago(used.at, now), used.by));
    }
    for PointLiveView { artifact, version } in &view.live {
        let name = style::paint(style::NAME, artifact);
        page.line(format_args!("  {name}  {version}  live"));
    }
    for label in view.labels.iter().flatten() {
        let name = style::paint(style::NAME, &label.artifact);
        let version = label.version.map(|it| it.to_string()).unwrap_or_default();
        page.line(format_args!("  {name}  {version}  label {}", label.name));
    }
    for entry in held.policies.iter().flatten() {
        let (name, generation) = (entry.key.name(), entry.generation);
        page.line(format_args!("  policy of {name}, set {generation} times"));
    }
    if view.labels.is_none() {
        page.hint("  labels and policies of that moment were let go by a compaction");
    }
    if held.restoring.moved.is_empty() {
        page.hint("  restoring it would move nothing");
        return;
    }
    page.line("restoring it would move:");
    moves(&held.restoring.moved, &held.restoring.stays, page);
    let (flags, revision) = (context.flags(), point.revision);
    page.next(&[format!("sternway{flags} point restore r{revision}")]);
}
