//! Signals to Sternway while it waits for a child: none of them ends Sternway, because how the run
//! ended is still to be recorded. Each is passed on, unless the child has it already: a terminal
//! sends Ctrl-C to every process in its foreground, the child among them.

use std::io;
#[cfg(unix)]
use std::{future::poll_fn, task::Poll};

#[cfg(unix)]
use signal_hook::iterator::{SignalsInfo, exfiltrator::WithOrigin};
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// A signal that Sternway received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interrupt {
    /// Its number.
    pub(crate) number: i32,
    /// Whether a process sent it to Sternway, and not the terminal to everybody.
    pub(crate) pass_on: bool,
}

/// Listens for signals that would end Sternway, which they no longer do.
#[cfg(unix)]
#[derive(Debug)]
#[must_use = "signals are lost on who does not listen"]
pub(crate) struct Interrupts {
    /// Knows who sent them, and wakes nobody.
    received: SignalsInfo<WithOrigin>,
    /// Wakes who waits, and knows nothing more.
    wakers: Vec<Signal>,
}

#[cfg(unix)]
impl Interrupts {
    /// Begins to listen, for as long as the process lives.
    pub(crate) fn listen() -> io::Result<Self> {
        let wanted: Vec<i32> = wanted().collect();
        // In this order: who is woken finds what they were woken for.
        let received = SignalsInfo::new(&wanted)?;
        let waker = |number: &i32| signal(SignalKind::from_raw(*number));
        let wakers = wanted.iter().map(waker).collect::<io::Result<_>>()?;
        Ok(Self { received, wakers })
    }

    /// The next signal.
    pub(crate) async fn next(&mut self) -> Interrupt {
        loop {
            if let Some(interrupt) = self.pending() {
                return interrupt;
            }
            poll_fn(|context| {
                let woken = self.wakers.iter_mut().any(|it| it.poll_recv(context).is_ready());
                if woken { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        }
    }

    /// A signal that came already. Nobody is waited for, so a child that died of the same Ctrl-C
    /// cannot be faster.
    pub(crate) fn pending(&mut self) -> Option<Interrupt> {
        let origin = self.received.pending().next()?;
        // The kernel, in a terminal's name, is no process or, on macOS, process 0.
        let pass_on = origin.process.is_some_and(|process| process.pid != 0);
        Some(Interrupt { number: origin.signal, pass_on })
    }
}

/// What ends a process, without what is ignored: under `nohup`, and in the background of a script,
/// it must stay ignored by the child too, and whoever listens resets that.
#[cfg(unix)]
fn wanted() -> impl Iterator<Item = i32> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

    let status = std::fs::read_to_string("/proc/self/status").ok();
    let ignored = status.as_deref().and_then(ignored);
    // Where it cannot be known, only those that are never ignored by habit.
    let unknown = 1 << (SIGHUP - 1) | 1 << (SIGQUIT - 1);
    let ignored = ignored.unwrap_or(unknown);
    [SIGHUP, SIGINT, SIGQUIT, SIGTERM]
        .into_iter()
        .filter(move |signal| ignored & (1 << (signal - 1)) == 0)
}

/// One bit per signal, the lowest for signal 1.
#[cfg(unix)]
fn ignored(status: &str) -> Option<u64> {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}

/// Listens for Ctrl-C while a child runs. The console sends it to every process in it, so there is
/// nothing to pass on.
#[cfg(not(unix))]
#[derive(Debug)]
#[must_use = "signals are lost on who does not listen"]
pub(crate) struct Interrupts;

#[cfg(not(unix))]
impl Interrupts {
    /// Begins to listen with the first wait.
    pub(crate) const fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    /// The next Ctrl-C.
    pub(crate) async fn next(&mut self) -> Interrupt {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Interrupt { number: 2, pass_on: false },
            Err(_) => std::future::pending().await,
        }
    }

    /// None: before the first wait, Ctrl-C ends Sternway.
    pub(crate) const fn pending(&mut self) -> Option<Interrupt> {
        None
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_mask_of_ignored_signals_is_read() {
        let status = "Name:\tsternway\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n";
        assert_eq!(ignored(status), Some(0x1001));
        assert_eq!(ignored("Name:\tsternway\n"), None);
    }
}
