//! Deployments under load: nobody who sends requests is to notice.

use std::{path::PathBuf, process::Child, time::Duration};

use super::{
    command::Commands,
    latency,
    load::{Connections, Load, Wrk},
    pause,
    proxy::Proxy,
    recorder::{Recorder, Recording, Routes},
    report::Row,
    shares::Shares,
    site::{ARTIFACT, Site, bare},
    until,
};
use crate::faults::Told;

/// How often the proxy is reloaded under one load.
const RELOADS: usize = 3;
/// Versions that are deployed under load.
const DEPLOYED: u64 = 6;
/// Over how many requests shares are to be judged.
const ENOUGH: u64 = 10_000;

/// What a drill is given.
#[derive(Clone, Debug)]
pub struct Drill {
    /// The `HAProxy`.
    pub haproxy: PathBuf,
    /// The command.
    pub command: PathBuf,
    /// Who makes the load.
    pub wrk: Wrk,
    /// How long each load lasts at least.
    pub seconds: u64,
    /// How many rollbacks are measured.
    pub rollbacks: usize,
}

/// What somebody under load came to without Sternway.
struct Floor {
    steady: Load,
    reloaded: Load,
    restarted: Load,
    away: Duration,
}

impl Drill {
    /// Runs it, and tells of each thing that was measured.
    ///
    /// # Errors
    ///
    /// If something does not work at all: a bar that is missed is none.
    pub fn run(&self, tell: &mut dyn FnMut(Row)) -> Told<()> {
        let versions = DEPLOYED + 1 + u64::try_from(self.rollbacks)?;
        let mut site = Site::open(self.haproxy.clone(), self.command.clone(), versions)?;
        let mut bare = bare(self.haproxy.clone(), site.folder(), &site.upstreams)?;
        let floor = self.floor(&mut bare)?;
        let mut shares = Vec::new();
        let (load, seen) = self.deployed(&site, 2, None, Killed::No)?;
        tell(steady("canary until it is live", load, floor.steady));
        shares.push(seen);
        let (load, seen) = self.deployed(&site, 3, Some(3), Killed::No)?;
        tell(steady("canary that goes back", load, floor.steady));
        shares.push(seen);
        let (load, seen) = self.deployed(&site, 4, None, Killed::Yes)?;
        tell(steady("driver killed with -9", load, floor.steady));
        shares.push(seen);
        let (load, seen) = self.disturbed(&mut site, 5, |proxy| {
            (0..RELOADS).try_for_each(|_| {
                proxy.reload()?;
                pause(Duration::from_millis(300));
                Ok(())
            })
        })?;
        tell(steady("HAProxy reloaded 3 times", load, floor.reloaded).and_unrouted(&seen));
        shares.push(seen);
        let (load, seen) = self.disturbed(&mut site, 6, |proxy| restarted(proxy).map(drop))?;
        tell(down("HAProxy killed and started again", load, &floor).and_unrouted(&seen));
        shares.push(seen);
        tell(shares_of(&shares));
        self.latency(&site, &bare, tell)
    }

    fn least(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    fn floor(&self, bare: &mut Proxy) -> Told<Floor> {
        let (port, least) = (bare.port(), self.least());
        let (steady, ()) = self.wrk.during((port, Connections::Kept), least, || Ok(()))?;
        let (reloaded, ()) = self.wrk.during((port, Connections::New), least, || {
            (0..RELOADS).try_for_each(|_| {
                bare.reload()?;
                pause(Duration::from_millis(300));
                Ok(())
            })
        })?;
        let (restarted, away) =
            self.wrk.during((port, Connections::New), least, || restarted(bare))?;
        Ok(Floor { steady, reloaded, restarted, away })
    }

    /// Deploys a version to its end. If its driver is killed in the middle, a supervisor goes on.
    fn deployed(
        &self,
        site: &Site,
        version: u64,
        bad: Option<u64>,
        killed: Killed,
    ) -> Told<(Load, Shares)> {
        site.publish(version)?;
        let reference = format!("{ARTIFACT}@v{version}");
        let every = format!("{}ms", self.seconds * 1_000 / 3);
        let words = ["deploy", "start", &reference, "--canary", "5,25,50", "--every", &every];
        let counted = site.upstreams.counted();
        let (load, routes) =
            self.wrk.during((site.proxy.port(), Connections::Kept), self.least(), || {
                let recorder = recorder(site, bad);
                let mut driver = site.commands.begin(&[&words[..], &["--wait=120s"]].concat())?;
                if killed == Killed::Yes {
                    until("it has its second share", || {
                        site.status().is_ok_and(|it| it.weight >= 2_500)
                    })?;
                    kill(driver)?;
                    driver = site.commands.begin(&["supervise", "--every", "100ms"])?;
                    until("it is over", || site.status().is_ok_and(|it| it.state == "completed"))?;
                    kill(driver)?;
                } else {
                    let ran = Commands::end(driver)?;
                    let expected = if bad.is_some() { 8 } else { 0 };
                    if ran.code != Some(expected) {
                        return Err(format!("expected to end with {expected}: {ran:?}").into());
                    }
                }
                recorder.end()
            })?;
        Ok((load, since(site, &routes, counted)))
    }

    /// Something happens to the proxy while half of the requests go to a candidate.
    fn disturbed(
        &self,
        site: &mut Site,
        version: u64,
        disturb: impl FnOnce(&mut Proxy) -> Told<()>,
    ) -> Told<(Load, Shares)> {
        site.publish(version)?;
        let reference = format!("{ARTIFACT}@v{version}");
        let words = [
            "deploy",
            "start",
            &reference,
            "--canary",
            "50",
            "--outcomes",
            "1000000",
            "-o",
            "name",
        ];
        let counted = site.upstreams.counted();
        let (port, least) = (site.proxy.port(), self.least());
        let (load, routes) = self.wrk.during((port, Connections::New), least, || {
            let recorder = recorder(site, None);
            site.commands.ok(&words, "")?;
            let driver = site.commands.begin(&["supervise", "--every", "100ms"])?;
            pause(least / 3);
            disturb(&mut site.proxy)?;
            pause(least / 3);
            site.commands.ok(&["deploy", "abort", ARTIFACT, "-m", "seen enough"], "")?;
            kill(driver)?;
            recorder.end()
        })?;
        Ok((load, since(site, &routes, counted)))
    }

    fn latency(&self, site: &Site, bare: &Proxy, tell: &mut dyn FnMut(Row)) -> Told<()> {
        let map = site.folder().join("floor.map");
        let mut floor = latency::floor(bare.socket(), &map, self.rollbacks)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let store = site.folder().join(".sternway");
        let rollbacks = latency::rollbacks(&store, site.router(), self.rollbacks);
        let mut took = runtime.block_on(rollbacks)?;
        floor.sort_unstable();
        took.sort_unstable();
        for (name, per_cent, bar) in [("p50", 50, 20), ("p99", 99, 250)] {
            let (found, floor) = (quantile(&took, per_cent), quantile(&floor, per_cent));
            tell(Row {
                what: format!("outcome to weight 0, {name} of {}", took.len()),
                measured: format!("{:.2} ms", found.as_secs_f64() * 1e3),
                floor: format!("{:.2} ms (set map, show map)", floor.as_secs_f64() * 1e3),
                bar: format!("at most {bar} ms"),
                met: found <= Duration::from_millis(bar),
            });
        }
        Ok(())
    }
}

/// Whether the driver of a deployment is killed in the middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Killed {
    No,
    Yes,
}

fn kill(mut child: Child) -> Told<()> {
    child.kill()?;
    child.wait()?;
    Ok(())
}

/// Kills a proxy and starts it again, and answers how long it was away.
fn restarted(proxy: &mut Proxy) -> Told<Duration> {
    let away = sternway_provider::Stopwatch::start();
    proxy.kill();
    proxy.begin_again()?;
    Ok(away.elapsed())
}

fn recorder(site: &Site, bad: Option<u64>) -> Recorder {
    let (commands, router, counted) =
        (site.commands.clone(), site.router(), site.upstreams.counter());
    Recorder::begin(Recording { commands, router, counted, bad })
}

/// What was answered since, by the routes that were seen.
fn since(site: &Site, routes: &Routes, before: super::Counted) -> Shares {
    let mut counted = site.upstreams.counted();
    for (which, count) in before {
        counted.entry(which).and_modify(|it| *it -= count);
    }
    Shares::of(routes, &counted)
}

fn quantile(sorted: &[Duration], per_cent: usize) -> Duration {
    let place = (sorted.len() * per_cent).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().unwrap_or_default()
}

fn rate(load: Load) -> String {
    let seconds = load.lasted.max(1);
    format!("{} failed of {} ({}/s)", load.failed(), load.answered, load.answered * 1_000 / seconds)
}

/// No request fails that does not fail without Sternway.
fn steady(what: &str, load: Load, floor: Load) -> Row {
    Row {
        what: what.to_owned(),
        measured: rate(load),
        floor: rate(floor),
        bar: "no more failed".to_owned(),
        met: load.failed() <= floor.failed(),
    }
}

/// While it is away nobody answers, with Sternway or without. Whoever is answered is served.
fn down(what: &str, load: Load, floor: &Floor) -> Row {
    let away = floor.away.as_millis();
    Row {
        what: what.to_owned(),
        measured: rate(load),
        floor: format!("{}, away for {away} ms", rate(floor.restarted)),
        bar: "no answer is an error".to_owned(),
        met: load.refused == 0,
    }
}

impl Row {
    /// How many requests the default backend had, since the proxy had forgotten the route.
    fn and_unrouted(mut self, seen: &Shares) -> Self {
        self.measured = format!("{}, {} without a route", self.measured, seen.unrouted);
        self
    }
}

fn shares_of(all: &[Shares]) -> Row {
    let mut sum = Shares::default();
    for one in all {
        sum.sum += one.sum;
        sum.shares += one.shares;
        sum.requests += one.requests;
    }
    let limit = sum.limit();
    let said = limit.map_or_else(|| "nothing".to_owned(), |limit| format!("{limit:.1}"));
    Row {
        what: "shares, chi-squared".to_owned(),
        measured: format!("{:.1}, {} shares, {} requests", sum.sum, sum.shares, sum.requests),
        floor: String::new(),
        bar: format!("at most {said} over {ENOUGH}"),
        met: sum.requests >= ENOUGH && limit.is_some_and(|limit| sum.sum <= limit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_one_of_them() {
        let all: Vec<_> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(quantile(&all, 50), Duration::from_millis(100));
        assert_eq!(quantile(&all, 99), Duration::from_millis(198));
        assert_eq!(quantile(&[], 99), Duration::ZERO);
    }
}
