//! Shows channels, and what they were told.

use sternway::{
    Missing,
    api::{ChannelDetailView, ChannelView, ListView, OutboxView, WaitingView},
    control::notify::ToldChannel,
    types::{ChannelId, Timestamp},
};

use crate::{
    context::Context,
    error::CliError,
    format::{visible, when},
    render::{
        page::Page,
        style,
        table::{Cell, Column, Table},
    },
};

/// How many events are shown that wait.
const WAITING: usize = 20;

pub(super) async fn list(context: &Context) -> Result<(), CliError> {
    let views = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let mut views = Vec::new();
        for told in control.channels().await? {
            let waiting = control.waiting(&told, WAITING).await?;
            views.push(detail(&told, &waiting));
        }
        Ok(views)
    });
    let list = ListView::whole(views.await?);
    context.answer_list(
        &list,
        |view| view.channel.id.to_string(),
        |page| {
            if list.items.is_empty() {
                page.hint("nobody is told anything; to tell somebody: sternway notify add --help");
                return;
            }
            let columns = ["CHANNEL", "VIA", "TO", "EVENTS", "TOLD", "STATE"].map(Column::Left);
            let mut table = Table::new(columns);
            for view in &list.items {
                table.row([
                    Cell::styled(style::NAME, view.channel.id.as_str()),
                    Cell::new(view.channel.via),
                    Cell::new(visible::line(&view.channel.to)),
                    Cell::new(view.channel.on.join(", ")),
                    Cell::new(view.outbox.told.to_string()),
                    Cell::new(state(view)),
                ]);
            }
            table.write(page);
        },
    )
}

pub(super) async fn deliveries(context: &Context, id: &ChannelId) -> Result<(), CliError> {
    let view = context.with(Missing::Refuse, async |sternway| {
        let control = sternway.control();
        let told = control.channel(id).await?;
        let waiting = control.waiting(&told, WAITING).await?;
        Ok(detail(&told, &waiting))
    });
    let view = view.await?;
    context.answer(&view, id.as_str(), |page| {
        let ChannelView { via, to, on, .. } = &view.channel;
        let (name, to) = (style::paint(style::NAME, id), visible::line(to));
        page.line(format_args!("{name}  {via}  {to}  {}", on.join(", ")));
        page.line(format_args!("{} told; {}", view.outbox.told, state(&view)));
        write(&view, context.now(), page);
        let next = next(&view.outbox, id).into_iter();
        let next = next.map(|next| format!("sternway{} {next}", context.flags()));
        page.next(&next.collect::<Vec<_>>());
    })
}

fn detail(told: &ToldChannel, waiting: &[sternway::api::Told]) -> ChannelDetailView {
    let waiting = waiting.iter().map(|it| WaitingView::new(it.place, &it.cloud.data)).collect();
    let (channel, outbox) = (&told.channel, &told.outbox);
    ChannelDetailView { channel: channel.into(), outbox: outbox.into(), waiting }
}

/// Where a channel is, in a few words.
fn state(view: &ChannelDetailView) -> String {
    if let Some(closed) = &view.outbox.closed {
        return visible::line(&format!("closed: {closed}")).into_owned();
    }
    let waiting = view.waiting.len();
    if let Some(attempt) = &view.outbox.attempt {
        let (tries, at, problem) = (attempt.tries, attempt.next, &attempt.problem);
        let times = if tries == 1 { "once" } else { &format!("{tries} times") };
        let said = format!("{waiting} waiting, tried {times}, again at {at}: {problem}");
        return visible::line(&said).into_owned();
    }
    match waiting {
        0 => "nothing waits".into(),
        WAITING.. => format!("{WAITING} or more waiting"),
        _ => format!("{waiting} waiting"),
    }
}

fn write(view: &ChannelDetailView, now: Timestamp, page: &mut Page) {
    let mut table = Table::new(["EVENT", "", "WHEN", "WHAT"].map(Column::Left));
    let lines = view.waiting.iter().rev().map(|it| {
        (it.place.clone(), Some(it.event), ("waits", style::WAITING), it.at, it.summary.clone())
    });
    let told = view.outbox.recent.iter().map(|it| {
        let tries =
            if it.failures == 0 { String::new() } else { format!(", try {}", it.failures + 1) };
        let answer = format!("{}{tries}", it.answer);
        (it.place.clone(), Some(it.event), ("told", style::GOOD), it.at, answer)
    });
    let lost = view.outbox.lost.iter().map(|it| {
        (it.place.clone(), it.event, ("given up", style::BAD), it.at, it.problem.clone())
    });
    for (place, event, (word, style), at, what) in lines.chain(told).chain(lost) {
        let event = event.map_or("", sternway::types::Event::as_str);
        table.row([
            Cell::new(format!("{place} {event}")),
            Cell::styled(style, word),
            Cell::new(when::ago(at, now)),
            Cell::new(visible::line(&what)),
        ]);
    }
    if !(view.waiting.is_empty() && view.outbox.recent.is_empty() && view.outbox.lost.is_empty()) {
        table.write(page);
    }
}

/// What helps, if something is wrong.
fn next(outbox: &OutboxView, id: &ChannelId) -> Vec<String> {
    if !outbox.lost.is_empty() {
        return vec![format!("notify replay {id} --failed")];
    }
    let replay = format!("notify replay {id}");
    match (&outbox.closed, &outbox.attempt) {
        (Some(_), _) => vec![replay],
        (None, Some(_)) => vec![replay, format!("notify skip {id}")],
        (None, None) => Vec::new(),
    }
}
