//! What is refused in a policy file, with its place.

use sternway::policy::written::Written;

use super::file::read;

/// A policy is refused at a line and a column, and these words say why.
#[track_caller]
fn check(file: &str, text: &str, (line, column): (usize, usize), words: &str) {
    let toml = file.strip_suffix(".toml").is_some();
    let parsed = read(if toml { Written::Toml } else { Written::Json }, file, text);
    let said = parsed.expect_err(text).to_string();
    let place = format!("{file}, line {line}, column {column}: ");
    assert!(said.starts_with(&place) && said.contains(words), "{text}\n{said}");
}

/// A rule that is the second one of a file, of which the last member is at fault. What JSON cannot write is in
/// TOML alone.
#[track_caller]
fn check_rule(rule: &str, before: &[(&str, &str)], (key, value): (&str, &str), words: &str) {
    let lines: String = before.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
    let head = format!("[[rules]]\nrule = \"all_failed\"\n[[rules]]\nrule = \"{rule}\"\n{lines}");
    let place = (head.lines().count() + 1, key.len() + 4);
    check("p.toml", &format!("{head}{key} = {value}\n"), place, words);
    if value.ends_with("nan") || value.ends_with("inf") {
        return;
    }
    let members: String =
        before.iter().map(|(key, value)| format!(", \"{key}\": {value}")).collect();
    let head =
        format!("{{\"rules\": [{{\"rule\": \"all_failed\"}},\n{{\"rule\": \"{rule}\"{members},\n");
    check("p.json", &format!("{head}\"{key}\": {value}}}]}}"), (3, key.len() + 5), words);
}

const POINTS: &[(&str, &str)] = &[("metric", "\"success_rate\""), ("mode", "\"points\"")];
const PARTS: &[(&str, &str)] = &[("metric", "\"success_rate\""), ("mode", "\"relative\"")];

#[test]
fn a_rate_is_from_0_to_1() {
    for rate in ["95", "1", "1.0"] {
        check_rule("worse", &[], ("expected", rate), "expected a share above 0 and below 1");
        check_rule("worse", &[], ("objective", rate), "expected a share above 0 and below 1");
    }
    for rate in ["0", "-0.5", "nan", "inf", "-inf"] {
        check_rule(
            "worse",
            &[],
            ("objective", rate),
            "is not a threshold: expected a number above 0",
        );
    }
    check_rule("failure_rate", &[], ("threshold", "1.01"), "is no share");
    check_rule("worse", &[], ("expected", "\"high\""), "invalid type");
}

#[test]
fn a_threshold_is_above_0_and_no_absurd_number() {
    for threshold in ["0", "-1", "1e10", "nan", "inf"] {
        check_rule("degraded", POINTS, ("threshold", threshold), "is not a threshold");
    }
}

#[test]
fn an_alpha_is_neither_0_nor_1() {
    for rule in ["worse", "new_error"] {
        check_rule(rule, &[], ("alpha", "0"), "is not a threshold");
        check_rule(rule, &[], ("alpha", "1"), "expected an error rate from 0.000001 to 0.5");
        check_rule(rule, &[], ("alpha", "nan"), "is not a threshold");
    }
}

const COST: &[(&str, &str)] = &[("metric", "\"cost\"")];

#[test]
fn a_mean_has_one_limit_within_its_scale() {
    let whole: Vec<_> = COST.iter().copied().chain([("cap", "2")]).collect();
    check_rule(
        "mean",
        &whole,
        ("at_most", "2"),
        "on a scale that ends at 2: expected a limit below",
    );
    check_rule("mean", &whole, ("at_least", "2.5"), "at_least is 2.5, on a scale that ends at 2");
    for limit in ["0", "-1", "nan", "inf"] {
        check_rule("mean", &whole, ("at_most", limit), "is not a threshold");
    }
    let limited: Vec<_> = whole.iter().copied().chain([("at_most", "1")]).collect();
    check_rule("mean", &limited, ("at_least", "1"), "beside an at_most of 1: expected one");
    check_rule("mean", &limited, ("alpha", "1"), "expected an error rate from 0.000001 to 0.5");
    let rate = [("at_most", "1"), ("cap", "2"), ("metric", "\"success_rate\"")];
    check_rule("mean", &rate[..2], rate[2], "nobody measures of one run");
    let toml = "[[rules]]\nrule = 'mean'\nmetric = 'cost'\ncap = 2\n";
    check("p.toml", toml, (2, 8), "it has no limit");
}

#[test]
fn an_alarm_is_seldom_false() {
    for length in ["0", "999", "1000000000001"] {
        check_rule("decline", &[], ("run_length", length), "expected 1,000 to 1,000,000,000,000");
    }
    check_rule("decline", &[], ("run_length", "2.5"), "invalid type");
    check_rule("decline", &[], ("objective", "1"), "decline: objective is 1: expected a share");
    check_rule("decline", &[], ("action", "\"notfy\""), "did you mean notify?");
}

#[test]
fn a_window_is_some_time() {
    for rule in ["consecutive_failures", "signature_errors", "all_failed", "failure_rate"] {
        let twice = if rule == "all_failed" { continue } else { rule };
        check_rule(twice, &[], ("window", "\"0s\""), "is not from 1 second");
        check_rule(twice, &[], ("window", "\"-5m\""), "is not a length of time");
    }
    let whole: Vec<_> = POINTS.iter().copied().chain([("threshold", "0.1")]).collect();
    check_rule("degraded", &whole, ("window", "\"0s\""), "is not from 1 second to 7 days");
    check_rule("degraded", &whole, ("baseline_window", "\"0s\""), "is not from 1 second to 7 days");
    check("p.toml", "preset = 'sound'\ncooldown = '0s'\n", (2, 12), "cooldown is 0ns");
}

#[test]
fn a_name_that_is_not_known_comes_with_the_one_that_was_meant() {
    let toml = "[[rules]]\nrule = 'all_failed'\n[[rules]]\nrule = 'wrose'\n";
    check("p.toml", toml, (4, 8), "did you mean worse?");
    let json = "{\"rules\": [\n{\"rule\": \"failure_rat\"}]}";
    check("p.json", json, (2, 10), "did you mean failure_rate?");
    check_rule("worse", &[], ("objektive", "0.9"), "did you mean objective?");
    check("p.toml", "preset = 'cautios'\n", (1, 10), "did you mean cautious?");
    check("p.toml", "actoin = 'notify'\n", (1, 10), "did you mean action?");
    // A score may have any name, but somebody must say which way it gets better.
    let metric = [("mode", "\"points\""), ("threshold", "0.1"), ("metric", "\"sucess_rate\"")];
    let lines: String = metric.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
    let toml = format!("[[rules]]\nrule = 'degraded'\n{lines}");
    check("p.toml", &toml, (2, 8), "did you mean success_rate?");
}

#[test]
fn what_contradicts_itself_is_refused() {
    let toml = "preset = 'sound'\n[[rules]]\nrule = 'worse'\n";
    check("p.toml", toml, (1, 10), "the policy has a preset and rules");
    let toml = "[[rules]]\nrule = 'worse'\n[[rules]]\nrule = 'worse'\nalpha = 0.1\n";
    check("p.toml", toml, (4, 8), "worse stands twice");
    check_rule(
        "signature_errors",
        &[("count", "5")],
        ("among", "4"),
        "among is 4: expected 5 to 32",
    );
}

#[test]
fn what_could_never_hold_is_refused() {
    check_rule("degraded", POINTS, ("threshold", "15"), "15 points are 0.15");
    check_rule("degraded", PARTS, ("threshold", "15"), "15 % are 0.15");
    check_rule("failure_rate", &[], ("threshold", "1"), "no more than all of the runs fail");
    check_rule(
        "worse",
        &[("objective", "0.9")],
        ("min_effect", "0.95"),
        "the rule could never hold",
    );
    check_rule("signature_errors", &[], ("classes", "[]"), "the rule could never hold");
    check("p.toml", "rules = []\n", (1, 9), "the policy has no rules");
}

#[test]
fn a_count_is_a_whole_number_within_its_limits() {
    for count in ["0", "33", "-1", "2.5", "\"3\""] {
        check_rule("consecutive_failures", &[], ("count", count), "");
    }
    check_rule("worse", &[], ("min_baseline", "0"), "min_baseline is 0");
    check("p.toml", "rollbacks_per_day = 0\n", (1, 21), "expected 1 to 1,000");
}

#[test]
fn what_is_read_is_as_it_was_written() {
    let text = "[[rules]]\nrule = 'failure_rate'\noperator = '>='\nthreshold = 1\n";
    assert!(read(Written::Toml, "p.toml", text).is_ok(), "all of the runs may fail");
}
