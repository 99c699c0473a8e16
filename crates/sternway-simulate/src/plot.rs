//! Plots, as SVG.
//!
//! They are drawn into a string and need no font of the system: a reader's own is taken.

use plotters::{
    coord::{
        Shift,
        cartesian::Cartesian2d,
        ranged1d::{AsRangedCoord, Ranged, ValueFormatter},
    },
    prelude::{
        BLACK, ChartBuilder, ChartContext, Color as _, DrawingArea, IntoDrawingArea as _,
        IntoLogRange as _, LineSeries, PathElement, RGBColor, SVGBackend, SeriesLabelPosition,
        WHITE,
    },
};
use sternway_policy::evidence::{Alpha, History};
use sternway_types::Ratio;

use crate::{number::float, summary::Summary};

/// Why a plot was not drawn.
#[derive(Debug, thiserror::Error)]
#[error("could not draw a plot")]
pub struct PlotError(#[source] Box<dyn std::error::Error + Send + Sync>);

/// How large a plot is, in pixels.
const SIZE: (u32, u32) = (760, 440);

/// Colors that can be told apart also by who sees few of them (Okabe and Ito 2008).
const COLORS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
    RGBColor(90, 90, 90),
];

/// How many places of a curve are drawn, evenly on the logarithmic axis.
const PLACES: u32 = 160;

/// A curve, and what it is called.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The name.
    pub name: String,
    /// Its places, from left to right.
    pub points: Vec<(f64, f64)>,
}

/// What the vertical axis of a plot is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Vertical {
    /// From 0 to 100 percent.
    Percent,
    /// Logarithmic.
    Logarithmic,
}

/// Where the names of the curves stand: where no curve is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    /// At the left, beside curves that rise.
    Left,
    /// At the right, beside curves that fall.
    Right,
}

impl Names {
    const fn position(self) -> SeriesLabelPosition {
        match self {
            Self::Left => SeriesLabelPosition::UpperLeft,
            Self::Right => SeriesLabelPosition::UpperRight,
        }
    }
}

/// What stands around the curves.
#[derive(Clone, Copy, Debug)]
struct Frame<'a> {
    title: &'a str,
    across: &'a str,
    up: &'a str,
    vertical: Vertical,
    names: Names,
}

/// How many failures of how many outcomes take a version back under Test H, by the known rate.
///
/// # Errors
///
/// [`PlotError`] if it cannot be drawn.
pub fn boundaries(rates: &[Ratio], alpha: Alpha) -> Result<String, PlotError> {
    let line = |rate: &Ratio| {
        let history = History::declared(*rate);
        let boundary =
            |outcomes| Some((float(outcomes), float(history.boundary(outcomes, alpha)?)));
        Line {
            name: format!("known rate {}", rate.get()),
            points: places(10_000).filter_map(boundary).collect(),
        }
    };
    let frame = Frame {
        title: &format!("Failures that take a version back (Test H, alpha {alpha})"),
        across: "outcomes",
        up: "failures",
        vertical: Vertical::Logarithmic,
        names: Names::Left,
    };
    draw(frame, &rates.iter().map(line).collect::<Vec<_>>())
}

/// Which share of deployments was stopped, against outcomes.
///
/// # Errors
///
/// [`PlotError`] if it cannot be drawn.
pub fn stopped(title: &str, horizon: u64, of: &[(&str, &Summary)]) -> Result<String, PlotError> {
    let line = |(name, summary): &(&str, &Summary)| {
        let runs = float(summary.runs().max(1));
        let early = summary.stopped() - summary.late();
        let share = |outcomes| {
            let late = summary.delays().partition_point(|delay| *delay <= outcomes) as u64;
            (float(outcomes), 100.0 * float(early + late) / runs)
        };
        Line { name: (*name).to_owned(), points: places(horizon).map(share).collect() }
    };
    let frame = Frame {
        title,
        across: "outcomes",
        up: "rolled back, %",
        vertical: Vertical::Percent,
        names: Names::Left,
    };
    draw(frame, &of.iter().map(line).collect::<Vec<_>>())
}

/// Median delays, in outcomes, by how much worse the candidate is, in percentage points.
///
/// # Errors
///
/// [`PlotError`] if it cannot be drawn.
pub fn delays(title: &str, lines: &[Line]) -> Result<String, PlotError> {
    let (across, up) = ("percentage points worse", "outcomes until rolled back, median");
    draw(Frame { title, across, up, vertical: Vertical::Logarithmic, names: Names::Right }, lines)
}

/// Whole numbers from 1 to the last, each once, evenly on a logarithmic axis.
fn places(last: u64) -> impl Iterator<Item = u64> {
    let ln_last = libm::log(float(last.max(1)));
    let mut before = 0;
    (0..=PLACES).filter_map(move |place| {
        let exact = libm::exp(ln_last * f64::from(place) / f64::from(PLACES));
        let outcomes = crate::number::floor(exact + 0.5).min(last);
        let next = outcomes > before;
        before = outcomes;
        next.then_some(outcomes)
    })
}

fn draw(frame: Frame<'_>, lines: &[Line]) -> Result<String, PlotError> {
    let mut svg = String::new();
    let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
    let across = span(lines, |point| point.0);
    let up = span(lines, |point| point.1);
    match frame.vertical {
        Vertical::Percent => {
            curves(&area, frame, lines, (across.0..across.1).log_scale(), 0.0..100.0)
        }
        Vertical::Logarithmic => {
            let (across, up) = ((across.0..across.1).log_scale(), (up.0..up.1).log_scale());
            curves(&area, frame, lines, across, up)
        }
    }?;
    area.present().map_err(refused)?;
    drop(area);
    Ok(svg)
}

/// From the least to the largest value, and a little apart where they are one.
fn span(lines: &[Line], of: impl Fn(&(f64, f64)) -> f64) -> (f64, f64) {
    let values = lines.iter().flat_map(|line| &line.points).map(of);
    let (least, most) = values
        .fold((f64::MAX, f64::MIN), |(least, most), value| (least.min(value), most.max(value)));
    if least < most { (least, most) } else { (1.0, 10.0) }
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

fn curves<X, Y>(
    area: &Area<'_>,
    frame: Frame<'_>,
    lines: &[Line],
    across: X,
    up: Y,
) -> Result<(), PlotError>
where
    X: AsRangedCoord<Value = f64>,
    Y: AsRangedCoord<Value = f64>,
    X::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
    Y::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    area.fill(&WHITE).map_err(refused)?;
    let mut chart = ChartBuilder::on(area)
        .caption(frame.title, ("sans-serif", 18))
        .margin(12)
        // The last label of the axis is as wide as this.
        .margin_right(34)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d(across, up)
        .map_err(refused)?;
    chart
        .configure_mesh()
        .x_desc(frame.across)
        .y_desc(frame.up)
        .x_label_formatter(&|value| format!("{value:.0}"))
        .y_label_formatter(&|value| format!("{value:.0}"))
        .light_line_style(WHITE)
        .draw()
        .map_err(refused)?;
    for (line, color) in lines.iter().zip(COLORS.iter().cycle()) {
        curve(&mut chart, line, *color)?;
    }
    chart
        .configure_series_labels()
        .position(frame.names.position())
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.3))
        .draw()
        .map_err(refused)
}

type Chart<'a, 'b, X, Y> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<X, Y>>;

fn curve<X, Y>(
    chart: &mut Chart<'_, '_, X, Y>,
    line: &Line,
    color: RGBColor,
) -> Result<(), PlotError>
where
    X: Ranged<ValueType = f64>,
    Y: Ranged<ValueType = f64>,
{
    let style = color.stroke_width(2);
    chart
        .draw_series(LineSeries::new(line.points.iter().copied(), style))
        .map_err(refused)?
        .label(&line.name)
        .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
    Ok(())
}

fn refused(err: impl std::error::Error + Send + Sync + 'static) -> PlotError {
    PlotError(Box::new(err))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::summary::Stop;

    #[test]
    fn places_are_whole_and_each_is_there_once() {
        let all: Vec<_> = places(10_000).collect();
        assert_eq!((all.first(), all.last()), (Some(&1), Some(&10_000)));
        assert!(all.is_sorted_by(|one, next| one < next), "{all:?}");
    }

    #[test]
    fn a_plot_names_its_axes_and_lines() {
        let summary = Summary::new(4, false, [Stop::After(10), Stop::After(40)]);
        let svg = stopped("Two of four", 100, &[("this rule", &summary)]).unwrap();
        for words in ["<svg", "Two of four", "outcomes", "rolled back, %", "this rule", "</svg>"] {
            assert!(svg.contains(words), "{words} is not in it");
        }
    }

    #[test]
    fn nothing_can_be_drawn_as_well() {
        assert!(delays("Nothing", &[]).unwrap().contains("</svg>"));
        let one = Line { name: "one".to_owned(), points: vec![(5.0, 5.0)] };
        assert!(delays("One", &[one]).unwrap().contains("</svg>"));
    }

    #[test]
    fn a_boundary_grows_with_outcomes() {
        let svg = boundaries(&[Ratio::new(0.95).unwrap()], Alpha::new(0.01).unwrap()).unwrap();
        assert!(svg.contains("known rate 0.95"), "{svg}");
    }
}
