//! The page with all tables, and the plots beside it.

use std::{error::Error, fs, path::Path};

use sternway_policy::evidence::Alpha;
use sternway_simulate::{
    Summary,
    plot::{self, Line},
    tables::{Cell, Table},
};
use sternway_types::Ratio;

/// The page with all tables, and the plots beside it.
pub(crate) fn write(
    folder: &Path,
    seed: u64,
    tables: &[Table],
) -> Result<(), Box<dyn Error + Send + Sync>> {
    fs::create_dir_all(folder)?;
    let mut page = format!("{}\nSeed {seed}.\n", include_str!("head.md"));
    for table in tables {
        page.push('\n');
        page.push_str(&table.markdown());
    }
    fs::write(folder.join("tables.md"), page)?;
    let rates =
        [0.99, 0.95, 0.9, 0.75].map(Ratio::new).into_iter().collect::<Result<Vec<_>, _>>()?;
    fs::write(folder.join("boundary.svg"), plot::boundaries(&rates, Alpha::new(0.01)?)?)?;
    fs::write(folder.join("habits.svg"), habits(tables)?)?;
    fs::write(folder.join("delay.svg"), delays(tables)?)?;
    Ok(())
}

/// Which share of healthy versions is rolled back by rules of thumb, by habits, and by Test H.
fn habits(tables: &[Table]) -> Result<String, Box<dyn Error + Send + Sync>> {
    let of = |name, labels: &[&str], column| {
        summary(tables, name, labels, column).ok_or("a table has no such cell")
    };
    let healthy = ["0.95", "0.00"];
    let lines = [
        ("15 points over 10 or more", of("a", &healthy, 0)?),
        ("3 in a row", of("a", &healthy, 1)?),
        ("windows of 50", of("habits", &["0.95"], 1)?),
        ("z-test at every outcome", of("habits", &["0.95"], 0)?),
        ("Test H, alpha 0.01", of("a", &healthy, 3)?),
    ];
    let title = "Healthy versions rolled back, at a success rate of 0.95";
    Ok(plot::stopped(title, 10_000, &lines)?)
}

/// How long Test H and Test A take, by how much worse the candidate is.
fn delays(tables: &[Table]) -> Result<String, Box<dyn Error + Send + Sync>> {
    let drops = [("0.02", 2.0), ("0.05", 5.0), ("0.15", 15.0), ("0.30", 30.0)];
    let line = |name, column, base| {
        let point = |(label, points): (&str, f64)| {
            let summary = summary(tables, name, &[base, label], column)?;
            // A median of few says how soon these few were found, and not how soon one is.
            let most = summary.stopped() * 2 > summary.runs();
            most.then(|| summary.median()).flatten().map(|median| (points, median))
        };
        drops.into_iter().filter_map(point).collect::<Vec<_>>()
    };
    let lines = [
        ("Test H, known rate 0.99", line("a", 3, "0.99")),
        ("Test H, known rate 0.95", line("a", 3, "0.95")),
        ("Test H, known rate 0.9", line("a", 3, "0.9")),
        ("Test H, known rate 0.75", line("a", 3, "0.75")),
        ("Test H, 1,000 measured at 0.95", line("a", 6, "0.95")),
        ("Test A, share 20 %, rate 0.95", line("b", 1, "0.95")),
    ];
    let lines = lines.map(|(name, points)| Line { name: name.to_owned(), points });
    Ok(plot::delays("Outcomes of the candidate until it is rolled back", &lines)?)
}

fn summary<'a>(
    tables: &'a [Table],
    name: &str,
    labels: &[&str],
    column: usize,
) -> Option<&'a Summary> {
    let table = tables.iter().find(|table| table.name == name)?;
    let row = table.rows.iter().find(|row| row.labels == labels)?;
    match row.cells.get(column)? {
        Cell::Simulated { summary, .. } => Some(summary),
        Cell::Exact(_) => None,
    }
}
