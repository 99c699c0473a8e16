//! Drivers that come in between each other at every command, on a model of `HAProxy`'s maps.

use std::{
    collections::VecDeque,
    io,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

use proptest::prelude::*;
use sternway_provider::RouterError;
use sternway_types::Generation;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::{
    entry,
    maps::Entry,
    router::{Attempt, Wanted, attempt},
    session::Session,
};

/// A generation, and whether requests were taken from its candidates.
type Step = (u64, bool);

/// A map of `HAProxy` 2.6, as it was seen to behave.
#[derive(Debug, Default)]
struct Map {
    current: u64,
    newest: u64,
    /// Each with its transaction.
    entries: Vec<(u64, String)>,
    /// The generation in force, after each commit, and whether it was withdrawn.
    history: Vec<Step>,
}

impl Map {
    fn answer(&mut self, line: &str) -> String {
        let words: Vec<_> = line.split_whitespace().collect();
        let number = |word: &str| word.trim_start_matches('@').parse::<u64>().unwrap();
        match words[..] {
            ["prompt"] => String::new(),
            ["show", "backend"] => "# name\nbackend\n".to_owned(),
            ["show", "map"] => {
                format!("0 (/m) x curr_ver={} next_ver={}\n", self.current, self.newest)
            }
            ["show", "map", "/m"] => self.shown(self.current),
            ["show", "map", at, "/m"] => self.shown(number(at)),
            ["prepare", "map", "/m"] => {
                self.newest += 1;
                format!("New version created: {}\n", self.newest)
            }
            ["add", "map", at, "/m", key, value] => {
                assert!(number(at) <= self.newest, "in the future");
                self.entries.push((number(at), format!("{key} {value}")));
                String::new()
            }
            ["clear", "map", at, "/m"] => {
                self.entries.retain(|(of, _)| *of != number(at));
                String::new()
            }
            ["commit", "map", at, "/m"] => self.commit(number(at)),
            _ => panic!("no command: {line}"),
        }
    }

    fn shown(&self, transaction: u64) -> String {
        let entries = self.entries.iter().filter(|(of, _)| *of == transaction);
        entries.map(|(_, entry)| format!("0x1 {entry}\n")).collect()
    }

    fn commit(&mut self, transaction: u64) -> String {
        if transaction <= self.current || transaction > self.newest {
            return "Version number out of range.\n".to_owned();
        }
        self.current = transaction;
        self.entries.retain(|(of, _)| *of >= transaction);
        let there = self.entries.iter().filter(|(of, _)| *of == transaction);
        let values = there.map(|(_, entry)| entry.split_once(' ').unwrap().1);
        let marks = values.map(|value| entry::mark(value).unwrap());
        let found: Vec<_> =
            marks.map(|it| (it.generation.get(), it.withdrawal().is_some())).collect();
        assert_eq!(found.len(), 1, "one route is in force");
        self.history.extend(found);
        String::new()
    }
}

/// A connection: a command is done when it is written, and its answer takes another look.
struct Line {
    map: Arc<Mutex<Map>>,
    answer: VecDeque<u8>,
    waited: bool,
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !std::mem::replace(&mut self.waited, true) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let answer: Vec<_> = self.answer.drain(..).collect();
        into.put_slice(&answer);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let line = String::from_utf8(bytes.to_vec()).unwrap();
        let answer = self.map.lock().unwrap().answer(line.trim());
        self.answer.extend(answer.bytes().chain(*b"\n> "));
        self.waited = false;
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// What a driver does for a route of this generation.
async fn drive(map: Arc<Mutex<Map>>, (generation, taken): Step) -> Result<(), RouterError> {
    let value = if taken {
        format!("2|{generation}|-|v1|backend|10000|!5!unfit!system:sternway!red")
    } else {
        format!("1|{generation}|-|v2|backend|500|v1|backend|10000")
    };
    let entry = Entry { key: "key".to_owned(), value };
    let wanted = Wanted {
        map: "/m".to_owned(),
        entry,
        generation: Generation::new(generation),
        backends: vec!["backend".to_owned()],
    };
    loop {
        let line = Line { map: Arc::clone(&map), answer: VecDeque::new(), waited: false };
        let mut session = Session::over(Box::new(line), "a model".to_owned()).await?;
        match attempt(&mut session, &wanted).await? {
            Attempt::InForce => return Ok(()),
            Attempt::Committed | Attempt::Raced => (),
        }
    }
}

type Driver = Pin<Box<dyn Future<Output = Result<(), RouterError>>>>;

/// Lets drivers of these generations take turns, one command each, then all to their ends in turns.
/// A driver that is said to crash stops behind its turns.
fn play(steps: &[Step], turns: &[usize], crashed: &[usize]) {
    let map = Arc::new(Mutex::new(Map::default()));
    let drive = |step: &Step| -> Driver { Box::pin(drive(Arc::clone(&map), *step)) };
    let mut drivers: Vec<_> = steps.iter().map(drive).map(Some).collect();
    let mut look = |at: usize| {
        let mut context = Context::from_waker(Waker::noop());
        let Some(driver) = &mut drivers[at] else { return true };
        let Poll::Ready(answer) = driver.as_mut().poll(&mut context) else { return false };
        drivers[at] = None;
        let history = map.lock().unwrap().history.clone();
        let newest = steps.iter().max().unwrap();
        match answer {
            Ok(()) => assert!(history.contains(&steps[at])),
            Err(RouterError::Older { asked, found }) => {
                assert!(asked.get() == steps[at].0 && asked < found && found.get() <= newest.0);
            }
            Err(RouterError::Withdrawn { .. }) => assert!(steps.contains(&(steps[at].0, true))),
            Err(err) => panic!("{err}"),
        }
        true
    };
    turns.iter().for_each(|at| {
        look(*at);
    });
    let left: Vec<_> = (0..steps.len()).filter(|at| !crashed.contains(at)).collect();
    for _ in 0..1_000 {
        // Each goes as far as it gets for a while: nobody stays in step with others for ever.
        if left.iter().filter(|at| !(0..=**at * 7).any(|_| look(**at))).count() == 0 {
            break;
        }
    }
    assert!(left.iter().all(|at| look(*at)), "all come to an end");
    let map = map.lock().unwrap();
    assert!(map.history.is_sorted(), "{:?}, by the turns {turns:?}", map.history);
    let newest = left.iter().map(|at| steps[*at]).max();
    assert!(map.history.last().copied() >= newest || !crashed.is_empty(), "{:?}", map.history);
}

#[test]
fn an_older_route_never_replaces_a_newer_one_whoever_is_faster() {
    // The first commands only read. From there on, every order of the next ones of both.
    for turns in 0..1_u32 << 13 {
        let both = [0, 1].repeat(3).into_iter();
        let turns = both.chain((0..13).map(|bit| usize::from(turns >> bit & 1 == 1)));
        play(&[(7, false), (8, false)], &turns.collect::<Vec<_>>(), &[]);
    }
}

#[test]
fn no_share_comes_back_over_a_withdrawal_whoever_is_faster() {
    for turns in 0..1_u32 << 13 {
        let both = [0, 1].repeat(3).into_iter();
        let turns = both.chain((0..13).map(|bit| usize::from(turns >> bit & 1 == 1)));
        play(&[(7, false), (7, true)], &turns.collect::<Vec<_>>(), &[]);
    }
}

proptest! {
    #[test]
    fn any_drivers_in_any_order_go_only_forward(
        steps in prop::collection::vec((1..6_u64, any::<bool>()), 2..5),
        turns in prop::collection::vec(0..2_usize.pow(16), 0..120),
        crashed in prop::collection::vec(0..5_usize, 0..2),
    ) {
        let turns: Vec<_> = turns.iter().map(|turn| turn % steps.len()).collect();
        play(&steps, &turns, &crashed);
    }
}
