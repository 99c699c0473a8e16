//! A store that fails now and then, the same way every time: for tests.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;

use crate::{
    Cause, Store, StoreError,
    decorate::{Answer, Call, decorate},
};

/// What happens to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is answered with an error, and nothing was done.
    NotDone,
    /// It is done, and whatever the answer is, an error comes instead.
    AnswerLost,
    /// It is done after this long, and answered.
    Late(Duration),
}

/// How many of 10,000 calls are to have a fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(u16);

impl Rate {
    /// None of them.
    pub const NEVER: Self = Self(0);
    /// All of them.
    pub const ALWAYS: Self = Self(10_000);

    /// A rate, held within none and all.
    #[must_use]
    pub const fn of_10_000(calls: u16) -> Self {
        if calls > Self::ALWAYS.0 { Self::ALWAYS } else { Self(calls) }
    }
}

/// A fault that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// Which call had it, counted from 1.
    pub call: u64,
    /// The method of [`Store`] that was called.
    pub op: &'static str,
    /// What happened to it.
    pub fault: Fault,
}

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { call, op, fault } = self;
        match fault {
            Fault::NotDone => write!(f, "call {call}, {op}, was not done"),
            Fault::AnswerLost => write!(f, "call {call}, {op}, was done and its answer was lost"),
            Fault::Late(by) => write!(f, "call {call}, {op}, was done {by:?} late"),
        }
    }
}

/// Who decides about calls as they come, and when: with a director each call is a step that can be
/// put off, so that callers take turns as a seed says, and go away before or after any call.
#[async_trait]
pub trait Director: fmt::Debug + Send + Sync {
    /// Answers when the call may be made, with the fault that it is to have.
    async fn before(&self, op: &'static str) -> Option<Fault>;

    /// Answers when the caller may be told what came of it.
    async fn after(&self, op: &'static str);
}

/// Where faults come from.
#[derive(Debug)]
enum Source {
    Plan(BTreeMap<u64, Fault>),
    Seed { seed: u64, rate: Rate },
    Director(Arc<dyn Director>),
}

/// Wraps a store so that some of its calls fail, for tests of what stands above.
///
/// Faults come by plan, from a [`Director`], or are drawn from a seed: what happens to a call depends on the seed and on
/// how many calls were before it, and on nothing else. Callers that come in the same order meet the
/// same faults again. An error is [`StoreError::Unavailable`], and its source is the [`Made`] fault, in
/// words. Delays pass by the timer of tokio, so that a test may stop it.
#[derive(Debug)]
pub struct Faulty {
    inner: Arc<dyn Store>,
    source: Source,
    calls: AtomicU64,
    calm: AtomicBool,
    made: Mutex<Vec<Made>>,
}

impl Faulty {
    /// The longest delay that a seed draws.
    pub const LATEST: Duration = Duration::from_millis(100);

    /// Fails as this seed and rate say: half of the faults are errors with nothing done, a quarter are
    /// lost answers, and a quarter are delays.
    #[must_use]
    pub fn seeded(inner: Arc<dyn Store>, seed: u64, rate: Rate) -> Self {
        Self::new(inner, Source::Seed { seed, rate })
    }

    /// Has these faults: each with the number of its call, counted from 1.
    #[must_use]
    pub fn planned(inner: Arc<dyn Store>, plan: impl IntoIterator<Item = (u64, Fault)>) -> Self {
        Self::new(inner, Source::Plan(plan.into_iter().collect()))
    }

    /// Has the faults that somebody decides about, call by call.
    #[must_use]
    pub fn directed(inner: Arc<dyn Store>, director: Arc<dyn Director>) -> Self {
        Self::new(inner, Source::Director(director))
    }

    fn new(inner: Arc<dyn Store>, source: Source) -> Self {
        let (calls, calm) = (AtomicU64::new(0), AtomicBool::new(false));
        Self { inner, source, calls, calm, made: Mutex::default() }
    }

    /// Makes no more faults. Calls are counted on.
    pub fn calm_down(&self) {
        self.calm.store(true, Ordering::SeqCst);
    }

    /// How many calls there were.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }

    /// The faults that were made, in the order of their calls' beginnings.
    #[must_use]
    pub fn made(&self) -> Vec<Made> {
        self.list().clone()
    }

    fn list(&self) -> MutexGuard<'_, Vec<Made>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The fault of the next call, if it has one.
    async fn next(&self, op: &'static str) -> Option<Made> {
        let directed = match self.director() {
            Some(director) => director.before(op).await,
            None => None,
        };
        let mut list = self.list();
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        if self.calm.load(Ordering::SeqCst) {
            return None;
        }
        let fault = match &self.source {
            Source::Plan(plan) => plan.get(&call).copied(),
            Source::Seed { seed, rate } => drawn(*seed, *rate, call),
            Source::Director(_) => directed,
        };
        let made = Made { call, op, fault: fault? };
        list.push(made);
        Some(made)
    }

    /// Who decides, while there are to be faults.
    fn director(&self) -> Option<&dyn Director> {
        match &self.source {
            Source::Director(director) if !self.calm.load(Ordering::SeqCst) => {
                Some(director.as_ref())
            }
            Source::Director(_) | Source::Plan(_) | Source::Seed { .. } => None,
        }
    }

    async fn around<T: Answer>(
        &self,
        call: Call<'_>,
        answer: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let made = self.next(call.op).await;
        let answer = spoilt(made, answer).await;
        if let Some(director) = self.director() {
            director.after(call.op).await;
        }
        answer
    }
}

/// An answer, as its fault has it.
async fn spoilt<T>(
    made: Option<Made>,
    answer: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let Some(made) = made else { return answer.await };
    match made.fault {
        Fault::NotDone => Err(unavailable(made)),
        Fault::AnswerLost => {
            drop(answer.await);
            Err(unavailable(made))
        }
        Fault::Late(by) => {
            #[expect(clippy::disallowed_methods, reason = "a delay is what was asked for")]
            tokio::time::sleep(by).await;
            answer.await
        }
    }
}

fn unavailable(made: Made) -> StoreError {
    StoreError::Unavailable(Cause::new(made.to_string()))
}

/// What a seed says of a call.
fn drawn(seed: u64, rate: Rate, call: u64) -> Option<Fault> {
    let mut state = seed ^ call.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let happens = draw(&mut state) % 10_000 < u64::from(rate.0);
    happens.then(|| match draw(&mut state) % 4 {
        0 | 1 => Fault::NotDone,
        2 => Fault::AnswerLost,
        _ => {
            let most = u64::try_from(Faulty::LATEST.as_micros()).unwrap_or(u64::MAX);
            Fault::Late(Duration::from_micros(draw(&mut state) % most))
        }
    })
}

/// The next number of a stream, by the splitmix64 of Steele, Lea and Flood ("Fast splittable
/// pseudorandom number generators", 2014).
const fn draw(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

decorate!(Faulty);
