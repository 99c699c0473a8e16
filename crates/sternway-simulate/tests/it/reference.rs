//! The tables, with few deployments, beside those of the reference.

use std::num::NonZeroUsize;

use sternway_simulate::{
    reference::{Reference, findings},
    tables::{self, Cell, Plan, PlanError, Promise, Table},
};

use super::{alpha, level};

fn filled(plan: Result<Plan, PlanError>) -> Table {
    plan.expect("a table").run(1, NonZeroUsize::MIN, &|_| ())
}

fn check(plan: Result<Plan, PlanError>) {
    let found: Vec<_> = findings(&filled(plan), level()).iter().map(ToString::to_string).collect();
    assert_eq!(found, [""; 0]);
}

#[test]
fn table_a_agrees() {
    check(tables::a(10));
}

#[test]
fn table_b_agrees() {
    check(tables::b(3));
}

#[test]
fn table_c_agrees() {
    check(tables::c(15));
}

#[test]
fn table_d_agrees() {
    check(tables::d(8));
}

#[test]
fn the_order_of_arrival_agrees() {
    check(tables::arrival(30));
}

#[test]
fn sessions_keep_their_alpha_counted_once_and_break_it_counted_by_request() {
    let table = filled(tables::sessions(60));
    assert_eq!(findings(&table, level()), []);
    let by_request = table.rows.iter().filter_map(|row| row.cells.last()).next();
    let Some(Cell::Simulated { summary, .. }) = by_request else { panic!("it is simulated") };
    assert!(summary.false_limits(level()).lower > 0.05, "{summary:?}");
}

#[test]
fn table_e_agrees() {
    check(tables::e(15));
}

#[test]
fn table_f_agrees() {
    check(tables::f(30));
}

#[test]
fn table_g_agrees() {
    check(tables::g(8));
}

#[test]
fn changing_shares_agree() {
    check(tables::shares(30));
}

#[test]
fn betting_agrees() {
    check(tables::betting(30));
}

#[test]
fn habits_agree() {
    check(tables::habits(40));
}

#[test]
fn every_row_and_column_of_the_reference_is_simulated() {
    for plan in tables::all(Some(0)).expect("the tables") {
        let table = plan.run(1, NonZeroUsize::MIN, &|_| ());
        let Some(reference) = Reference::of(table.name) else {
            assert_eq!(table.name, "sessions", "it does not say of which users it speaks");
            continue;
        };
        assert_eq!(table.rows.len(), reference.rows(), "{}", table.name);
        for row in &table.rows {
            assert_eq!(row.cells.len(), table.columns.len(), "{}", table.name);
            assert!(reference.cell(&row.labels, 0).is_some(), "{} {:?}", table.name, row.labels);
        }
    }
}

#[test]
fn a_broken_promise_is_found() {
    let mut table = filled(tables::habits(20));
    // Windows of 50 take back every version that has not the best of baselines.
    for cell in table.rows.iter_mut().flat_map(|row| &mut row.cells) {
        if let Cell::Simulated { promise, .. } = cell {
            *promise = Some(Promise::Falsely(alpha(0.01)));
        }
    }
    let found = findings(&table, level());
    let text = found.last().map(ToString::to_string).unwrap_or_default();
    let expected = "table habits, 0.75, windows of 50: 20 of 20 are stopped falsely, \
                    which is more than 0.01: at least ";
    assert!(text.starts_with(expected), "{text}");
}

#[test]
fn a_cell_that_disagrees_is_found() {
    let mut table = filled(tables::shares(15));
    for row in &mut table.rows {
        row.cells.reverse();
    }
    let found = findings(&table, level());
    let disagreement = found.iter().find(|finding| finding.what.contains("reference"));
    let text = disagreement.map(ToString::to_string).unwrap_or_default();
    assert_eq!(text, "table shares, 0.99, healthy: 100 % here, and 0.50 % in the reference");
}

#[test]
fn a_page_shows_the_reference_in_parentheses() {
    let page = filled(tables::g(0)).markdown();
    assert!(page.starts_with("## Table G. "), "{page}");
    assert!(page.contains("| 0.99 | 0.02 | 125 (125) | "), "{page}");
}
