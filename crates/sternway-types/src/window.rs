//! Windows as people write them: `5m`, `1h 30m`.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serializer, de::Error};

pub(crate) fn show(window: &Duration) -> String {
    jiff::SignedDuration::try_from(*window)
        .map_or_else(|_| format!("{window:?}"), |d| format!("{d:#}"))
}

pub(crate) fn read(text: &str) -> Option<Duration> {
    let window = text.parse::<jiff::SignedDuration>().ok()?;
    Duration::try_from(window).ok()
}

pub(crate) fn serialize<S: Serializer>(window: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&show(window))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(from)?;
    read(&text).ok_or_else(|| {
        D::Error::custom(format_args!("{text:?} is not a length of time: expected 5m or 1h 30m"))
    })
}

/// The same, where there may be none.
pub(crate) mod maybe {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "serde asks by reference")]
    pub(crate) fn serialize<S: Serializer>(
        window: &Option<Duration>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match window {
            Some(window) => to.serialize_some(&super::show(window)),
            None => to.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Duration>, D::Error> {
        #[derive(Deserialize)]
        struct Window(#[serde(with = "super")] Duration);
        Ok(Option::<Window>::deserialize(from)?.map(|window| window.0))
    }
}
