//! The channels and events that the stories are told with.

use std::{fs, time::Duration};

use sternway_notify::{Channels, Egress};
use sternway_provider::{Delivered, Notice, Notifier as _, NotifyError};
use sternway_types::{
    Channel, ChannelError, ChannelParts, Event, EventFilter, Reach, SecretRef, Timestamp, Via,
};
use tempfile::TempDir;

/// When everything is told: easy to recognize in a date.
pub(crate) const NOW: Timestamp = Timestamp::EPOCH;

/// A secret that is in a file, as its path.
pub(crate) fn kept(folder: &TempDir, name: &str, secret: &str) -> SecretRef {
    let path = folder.path().join(name);
    fs::write(&path, secret).expect("the folder can be written");
    format!("file:{}", path.display()).parse().expect("a place of a secret")
}

pub(crate) fn try_channel(
    via: Via,
    reach: Reach,
    template: Option<&str>,
) -> Result<Channel, ChannelError> {
    Channel::new(ChannelParts {
        id: "told".parse().expect("a name"),
        via,
        on: vec![EventFilter::all()],
        environment: None,
        template: template.map(Into::into),
        reach,
        give_up_after: None,
    })
}

pub(crate) fn channel(via: Via, reach: Reach, template: Option<&str>) -> Channel {
    try_channel(via, reach, template).expect("a channel")
}

/// An event as it is told, with this reason.
pub(crate) fn notice(reason: &str) -> Notice {
    let reason = reason.replace('"', "'");
    let body = format!(
        r#"{{"specversion":"1.0","id":"evt-7-0-ab","data":{{"event":"deployment.started","status":"started","summary":"deployment of prompts/greeting v2 in production started","namespace":"shop","revision":7,"actor":"human:alice","reason":"{reason}","environment":"production","artifact":"prompts/greeting","version":"v2","deployment":null}}}}"#
    );
    Notice {
        id: "evt-7-0-ab".into(),
        event: Event::DeploymentStarted,
        summary: "deployment of prompts/greeting v2 in production started".into(),
        body,
    }
}

pub(crate) async fn deliver(channel: &Channel) -> Result<Delivered, NotifyError> {
    deliver_through(Egress::default(), channel).await
}

pub(crate) async fn deliver_through(
    egress: Egress,
    channel: &Channel,
) -> Result<Delivered, NotifyError> {
    let channels = Channels::new(egress).within(Duration::from_millis(500));
    channels.deliver(channel, &notice("to <try> & see"), NOW).await
}

#[track_caller]
pub(crate) fn problem(told: Result<Delivered, NotifyError>) -> String {
    told.expect_err("it is not taken").to_string()
}
