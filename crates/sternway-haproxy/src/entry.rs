//! A route as the value of an entry in a map: `1|7|-|v4|search_v4|500|v3|search_v3|10000`.
//!
//! The fields are the number of this format, the generation, the deployment or `-`, and for each arm its
//! version, its backend, and the bucket below which it ends, with the live version last. A request
//! draws a bucket from 0 to 9,999 and takes the first arm that ends above it. No field holds a blank, `|` or `~`.
//!
//! Where requests go by a header, that stands behind the arms: `|~v4~search_v4~x-preview~beta~yes`, with the
//! version that gets them, its backend, the header, and each value that matches.
//!
//! A route whose requests were taken from candidates begins with `2`, and ends with when, by whom and why. Requests
//! go by the same fields; an older Sternway takes it for no route, and leaves it alone.

use sternway_types::{
    Arm, ArtifactId, DeploymentId, EnvironmentId, Generation, Match, Matched, Route, VersionNumber,
    Weight, Withdrawal,
};

use crate::{Layout, taken};

/// Of this format.
const FORMAT: &str = "1";
/// The same with a withdrawal.
const WITHDRAWN: &str = "2";
/// What is between two fields.
pub(crate) const BETWEEN: char = '|';
/// The field of the generation, counted from 1 as `HAProxy` does.
pub(crate) const GENERATION: usize = 2;
/// The field of the first arm's version, before those of its backend and its end.
pub(crate) const FIRST_ARM: usize = 4;
/// How many fields an arm has.
pub(crate) const FIELDS: usize = 3;
/// What is between two fields of a match.
pub(crate) const BETWEEN_MATCHED: char = '~';
/// The field of the backend that gets what matches, counted by those.
pub(crate) const MATCHED_BACKEND: usize = 3;
/// The field of the header's name, before those of the values.
pub(crate) const HEADER: usize = 4;

/// The value of a route.
pub(crate) fn written(layout: &Layout, route: &Route) -> String {
    let deployment = route.deployment().map_or_else(|| "-".to_owned(), |id| id.to_string());
    let format = if route.withdrawal().is_some() { WITHDRAWN } else { FORMAT };
    let mut fields = vec![format.to_owned(), route.generation().get().to_string(), deployment];
    let mut end = 0_u32;
    for arm in route.candidates().iter().chain([&route.live()]) {
        end += u32::from(arm.weight);
        fields.push(arm.version.to_string());
        fields.push(layout.backend(route.artifact(), route.environment(), arm.version));
        fields.push(end.to_string());
    }
    fields.extend(route.matched().map(|matched| written_match(layout, route, matched)));
    fields.extend(route.withdrawal().map(taken::written));
    fields.join("|")
}

fn written_match(layout: &Layout, route: &Route, Matched { to, by }: &Matched) -> String {
    let backend = layout.backend(route.artifact(), route.environment(), *to);
    let mut written = format!("~{to}~{backend}~{}", by.attribute());
    for value in by.values() {
        written.push(BETWEEN_MATCHED);
        written.push_str(value);
    }
    written
}

fn read_match(written: &str) -> Option<Matched> {
    let mut fields = written.split(BETWEEN_MATCHED);
    let (to, _, header) = (fields.next()?, fields.next()?, fields.next()?);
    let by = Match::new(header, fields.map(str::to_owned).collect()).ok()?;
    Some(Matched { to: to.parse().ok()?, by })
}

/// The generation of a value.
pub(crate) fn generation(value: &str) -> Option<Generation> {
    let mut fields = value.split(BETWEEN);
    [FORMAT, WITHDRAWN].contains(&fields.next()?).then_some(())?;
    fields.next()?.parse().ok().map(Generation::new)
}

/// What is to be known of a value to hold another one against it, also one whose backends are called otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark<'a> {
    pub(crate) generation: Generation,
    deployment: &'a str,
    /// Every version, the live one last, and whether it gets requests.
    arms: Vec<(&'a str, bool)>,
    taken: Option<&'a str>,
}

/// The mark of a value.
pub(crate) fn mark(value: &str) -> Option<Mark<'_>> {
    let generation = generation(value)?;
    let (arms, matched) = match value.split_once("|~") {
        Some((arms, matched)) => (arms, matched.split(BETWEEN_MATCHED).next()),
        None => (value, None),
    };
    let mut fields: Vec<_> = arms.split(BETWEEN).collect();
    let is_withdrawn = *fields.first()? == WITHDRAWN;
    let taken = if is_withdrawn { Some(fields.pop()?) } else { None };
    let deployment = fields.get(2)?;
    let mut before = "0";
    let arms = fields.get(3..)?.as_chunks::<FIELDS>().0.iter().map(|[version, _, end]| {
        let runs = std::mem::replace(&mut before, end) != *end || matched == Some(version);
        (*version, runs)
    });
    Some(Mark { generation, deployment, arms: arms.collect(), taken })
}

impl Mark<'_> {
    /// Whether it would give requests again to what they were taken from, as [`Route::revives`] has it.
    pub(crate) fn revives(&self, found: &Mark<'_>) -> bool {
        if found.taken.is_none() || self.taken.is_some() || self.deployment != found.deployment {
            return false;
        }
        let lost = found.arms.split_last().map_or(&[][..], |(_, lost)| lost);
        let goes_on = self.deployment != "-"
            && self.generation > found.generation
            && lost.iter().any(|(version, _)| self.arms.contains(&(*version, true)));
        self.generation == found.generation || goes_on
    }

    /// When, by whom and why requests were taken from candidates.
    pub(crate) fn withdrawal(&self) -> Option<Withdrawal> {
        taken::read(self.taken?)
    }
}

/// The route of a value; nothing if it is no route, or its backends are called otherwise.
pub(crate) fn read(
    layout: &Layout,
    artifact: &ArtifactId,
    environment: &EnvironmentId,
    value: &str,
) -> Option<Route> {
    let (shares, matched) = match value.split_once("|~") {
        Some((shares, matched)) => (shares, Some(read_match(matched)?)),
        None => (value, None),
    };
    let mut fields: Vec<_> = shares.split(BETWEEN).collect();
    let is_withdrawn = *fields.first()? == WITHDRAWN;
    let withdrawal = if is_withdrawn { Some(taken::read(fields.pop()?)?) } else { None };
    let (deployment, rest) = fields.get(2..)?.split_first()?;
    let mut before = 0;
    let arms = rest.chunks(FIELDS).map(|arm| {
        let [version, _, end] = arm else { return None };
        let end: u32 = end.parse().ok()?;
        let weight = Weight::new(end.checked_sub(before)?).ok()?;
        before = end;
        Some(Arm { version: version.parse::<VersionNumber>().ok()?, weight })
    });
    let mut arms: Vec<_> = arms.collect::<Option<_>>()?;
    // The live version is the last one there, and the first of a route.
    let live = arms.pop()?;
    arms.insert(0, live);
    let generation = generation(value)?;
    let route = Route::new(artifact.clone(), environment.clone(), generation, arms).ok()?;
    let route = match *deployment {
        "-" => route,
        id => route.of_deployment(id.parse::<DeploymentId>().ok()?),
    };
    let route = match matched {
        Some(matched) => route.matched_by(matched).ok()?,
        None => route,
    };
    let route = match withdrawal {
        Some(withdrawal) => {
            let live = route.live().version;
            route.withdrawn(live, withdrawal)
        }
        None => route,
    };
    // Whatever else is there would be read by requests in another way than here.
    (written(layout, &route) == value).then_some(route)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sternway_types::{Actor, Timestamp};

    use super::*;

    fn layout() -> Layout {
        Layout::new("/maps").unwrap()
    }

    fn route(weights: &[u32]) -> Route {
        let versions = (1..).map(|number| VersionNumber::new(number).unwrap());
        let weights = weights.iter().map(|it| Weight::new(*it).unwrap());
        let arms = versions.zip(weights).map(|(version, weight)| Arm { version, weight });
        let artifact = "tools/search".parse().unwrap();
        let environment = EnvironmentId::production();
        Route::new(artifact, environment, Generation::new(7), arms.collect()).unwrap()
    }

    fn back(value: &str) -> Option<Route> {
        let artifact = "tools/search".parse().unwrap();
        read(&layout(), &artifact, &EnvironmentId::production(), value)
    }

    #[test]
    fn a_route_is_one_value() {
        let value = written(&layout(), &route(&[9_500, 500]));
        assert_eq!(value, "1|7|-|v2|search_v2|500|v1|search_v1|10000");
        let deployment = DeploymentId::from_name("d");
        let value = written(&layout(), &route(&[10_000]).of_deployment(deployment));
        assert_eq!(value, format!("1|7|{deployment}|v1|search_v1|10000"));
    }

    #[test]
    fn what_was_written_is_read_back() {
        for weights in [&[10_000][..], &[0, 10_000], &[10_000, 0], &[1, 0, 9_998, 1], &[625; 16]] {
            let plain = route(weights);
            assert_eq!(back(&written(&layout(), &plain)), Some(plain.clone()));
            let deployed = plain.of_deployment(DeploymentId::from_name("d"));
            assert_eq!(back(&written(&layout(), &deployed)), Some(deployed));
        }
    }

    #[test]
    fn a_header_stands_behind_the_arms() {
        let to = VersionNumber::new(2).unwrap();
        let by = "X-Preview=yes,beta".parse().unwrap();
        let matched = route(&[10_000, 0]).matched_by(Matched { to, by }).unwrap();
        let value = written(&layout(), &matched);
        let shares = "1|7|-|v2|search_v2|0|v1|search_v1|10000";
        assert_eq!(value, format!("{shares}|~v2~search_v2~x-preview~beta~yes"));
        assert_eq!(back(&value), Some(matched));
        for wrong in [
            "|~",
            "|~v2~search_v2~x-preview",
            "|~v1~search_v1~x-preview~yes",
            "|~v2~search_v1~x-preview~yes",
            "|~v2~search_v2~X-Preview~yes",
            "|~v2~search_v2~x-preview~yes~beta",
            "|~v2~search_v2~x-preview~yes|",
        ] {
            assert_eq!(back(&format!("{shares}{wrong}")), None, "{wrong}");
        }
    }

    #[test]
    fn what_was_withdrawn_is_read_back_with_when_and_why() {
        let by = "human:alice | bob".parse().unwrap();
        let why = "it is red,\nand ~50 % of ä";
        let taken = Withdrawal::new(Timestamp::from_micros(5), by, why, true).unwrap();
        let route = route(&[9_500, 500]).of_deployment(DeploymentId::from_name("d"));
        let withdrawn = route.clone().withdrawn(route.live().version, taken);
        let value = written(&layout(), &withdrawn);
        let id = DeploymentId::from_name("d");
        assert_eq!(
            value,
            format!(
                "2|7|{id}|v2|search_v2|0|v1|search_v1|10000|\
                 !5!unfit!human:alice%20%7c%20bob!it%20is%20red%2c%0aand%20%7e50%20%25%20of%20%c3%a4"
            )
        );
        assert_eq!(back(&value), Some(withdrawn.clone()));
        let plain = written(&layout(), &route);
        let (plain, taken) = (mark(&plain).unwrap(), mark(&value).unwrap());
        assert!(plain.revives(&taken) && !taken.revives(&plain));
    }

    #[test]
    fn anything_else_is_no_route() {
        let values = [
            "",
            "search_v1",
            "1|7|-",
            "2|7|-|v1|search_v1|10000",
            "1|x|-|v1|search_v1|10000",
            "1|7|d|v1|search_v1|10000",
            "1|7|-|v1|search_v1|9999",
            "1|7|-|v1|search_v1|10001",
            "1|7|-|v1|search_v2|10000",
            "1|7|-|v1|search_v1|10000|",
            "1|7|-|v1|search_v1",
            "1|07|-|v1|search_v1|10000",
            "1|7|-|v2|search_v2|500|v1|search_v1|400",
            "1|7|-|v1|search_v1|500|v1|search_v1|10000",
            "2|7|-|v1|search_v1|10000",
            "1|7|-|v1|search_v1|10000|!5!-!system:sternway!red",
            "2|7|-|v2|search_v2|500|v1|search_v1|10000|!5!-!system:sternway!red",
            "2|7|-|v1|search_v1|10000|!5!-!system:sternway!red|~v2~search_v2~x-preview~yes",
        ];
        for value in values {
            assert_eq!(back(value), None, "{value}");
        }
    }

    proptest! {
        #[test]
        fn a_value_revives_another_one_as_its_route_does(
            generations in [1..4_u64, 1..4_u64],
            weights in [0..3_u32, 0..3_u32],
            live in 1..4_u64,
            deployments in [0..3_usize, 0..3_usize],
            to in 1..5_u64,
            matches in any::<bool>(),
        ) {
            let made = |place: usize, weights: &[u32]| {
                let (artifact, environment) = ("tools/search".parse().unwrap(), EnvironmentId::production());
                let arms = route(weights).arms().to_vec();
                let generation = Generation::new(generations[place]);
                let made = Route::new(artifact, environment, generation, arms).unwrap();
                let name = ["", "d", "e"][deployments[place]];
                if name.is_empty() { made } else { made.of_deployment(DeploymentId::from_name(name)) }
            };
            let by = Actor::sternway();
            let taken = Withdrawal::new(Timestamp::EPOCH, by, "red", true).unwrap();
            let to = VersionNumber::new(to).unwrap();
            let found = made(0, &[9_000, 500, 500]).withdrawn(to, taken);
            let [second, third] = weights.map(|it| it * 100);
            let mut next = made(1, &[10_000 - second - third, second, third]);
            if matches && second == 0 {
                let by = "x-preview=yes".parse().unwrap();
                let to = VersionNumber::new(2).unwrap();
                next = next.matched_by(Matched { to, by }).unwrap();
            } else if live < 3 {
                let (artifact, environment) = ("tools/search".parse().unwrap(), EnvironmentId::production());
                let whole = Route::whole(artifact, environment, next.generation(), VersionNumber::new(live).unwrap());
                next = next.deployment().map_or(whole.clone(), |id| whole.of_deployment(id));
            }
            let (next_value, found_value) = (written(&layout(), &next), written(&layout(), &found));
            let (mark_next, mark_found) = (mark(&next_value).unwrap(), mark(&found_value).unwrap());
            prop_assert_eq!(mark_next.revives(&mark_found), next.revives(&found));
        }

        #[test]
        fn whatever_a_map_holds_is_a_route_to_the_letter_or_none(
            value in "(1|2|x)?([|~](-|!5!-!system:a!red|v[0-9]{1,2}|search_v[0-9]|[0-9]{1,21}|10000|\\PC{0,5})){0,9}",
        ) {
            if let Some(route) = back(&value) {
                prop_assert_eq!(written(&layout(), &route), value);
            }
        }
    }
}
