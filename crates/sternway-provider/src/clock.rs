//! The time.

use std::{
    fmt,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use sternway_types::Timestamp;

/// Tells the time.
///
/// # Contract
///
/// - **Free to jump**: a clock may go backwards; whoever asks must stay right all the same.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// The clock of the host.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the port that others use instead")]
        let now = SystemTime::now();
        let micros = |duration: Duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        // A host whose clock stands before 1970 gets a time before 1970.
        Timestamp::from_micros(match now.duration_since(UNIX_EPOCH) {
            Ok(after) => micros(after),
            Err(before) => -micros(before.duration()),
        })
    }
}

/// Measures how long something takes, whatever the clock of the host does meanwhile.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts to measure.
    pub fn start() -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is what others use instead")]
        Self(Instant::now())
    }

    /// How long ago it was started.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}
