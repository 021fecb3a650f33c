//! The clocks of an incident as a picture: for each provider when it began, was discovered and held back, what was due, and what was done.
//!
//! One line of the picture is one happening, so that no two labels ever meet.

use super::dossier::{Dossier, OfProvider};
use crate::obligations::Duty;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Serialize;

/// Where lines begin and end, across a picture of 960 units.
const LEFT: f64 = 330.0;
const RIGHT: f64 = 945.0;
/// The height of a line.
const LINE: u32 = 22;
/// Where the first line stands, below the months.
const TOP: u32 = 40;
/// At most so many months are named.
const MOST_MONTHS: i32 = 10;

/// The picture.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Timeline {
    height: u32,
    months: Vec<Month>,
    lanes: Vec<Lane>,
    /// Where the day stands by which the report judges.
    today: f64,
    as_of: String,
}

/// The first day of a month.
#[derive(Debug, Clone, Serialize)]
struct Month {
    name: String,
    x: f64,
}

/// One provider.
#[derive(Debug, Clone, Serialize)]
struct Lane {
    name: String,
    y: u32,
    lines: Vec<Line>,
}

/// One happening.
#[derive(Debug, Clone, Serialize)]
struct Line {
    label: String,
    days: String,
    kind: &'static str,
    y: u32,
    from: f64,
    to: f64,
    /// Whether it is a day and no span.
    is_day: bool,
}

/// A happening before its place is known.
struct Happening {
    label: String,
    kind: &'static str,
    from: Date,
    to: Date,
}

impl Happening {
    fn day(label: impl Into<String>, kind: &'static str, day: Date) -> Happening {
        Happening { label: label.into(), kind, from: day, to: day }
    }

    fn span(label: impl Into<String>, kind: &'static str, from: Date, to: Date) -> Happening {
        Happening { label: label.into(), kind, from, to: to.max(from) }
    }
}

/// Draws the clocks of every provider on one scale.
pub(super) fn timeline(dossier: &Dossier<'_>) -> Timeline {
    let of_providers: Vec<(OfProvider<'_>, Vec<Happening>)> = dossier.providers().map(|of| (of, happenings(of))).collect();
    let as_of = dossier.plan.as_of;
    let all = || of_providers.iter().flat_map(|(_, happenings)| happenings);
    let first = all().map(|happening| happening.from).chain([as_of]).min().unwrap_or(as_of);
    let last = all().map(|happening| happening.to).chain([as_of]).max().unwrap_or(as_of);
    let scale = Scale { first: first.first_of_month(), last: last.last_of_month() };
    let mut y = TOP;
    let lanes = of_providers.into_iter().map(|(of, happenings)| {
        y += LINE + LINE / 2;
        let own = y;
        let lines = happenings.into_iter().map(|happening| {
            y += LINE;
            scale.line(happening, y)
        });
        let lines = lines.collect();
        Lane { name: format!("{} ({})", of.provider.legal_name, of.provider.id), y: own, lines }
    });
    let lanes = lanes.collect();
    Timeline { lanes, height: y + LINE, months: scale.months(), today: scale.x(as_of), as_of: as_of.to_string() }
}

/// Everything of a provider that has a day, in the order of the days.
fn happenings(of: OfProvider<'_>) -> Vec<Happening> {
    let provider = of.provider;
    let mut all = vec![
        Happening::span("Breach", "breach", provider.breach_began, provider.breach_ended.unwrap_or(provider.breach_began)),
        Happening::day("Discovered", "fact", of.discovered()),
    ];
    let informed = provider.informed.filter(|day| *day != of.discovered());
    all.extend(informed.map(|day| Happening::day("Told by the business associate", "fact", day)));
    for hold in of.dossier.incident.holds.iter().filter(|hold| hold.binds(provider)) {
        all.push(Happening::span("Law-enforcement hold", "hold", hold.received, hold.until.unwrap_or(hold.received)));
    }
    all.extend(last_days(of));
    let left = of.left();
    if let (Some(first), Some(last)) = (left.first, left.last) {
        all.push(Happening::span(format!("{} of {} notices went", left.gone, left.wanted), "done", first, last));
    }
    for filing in of.dossier.statements.all_filings().iter().filter(|filing| filing.provider == provider.id) {
        let state = if filing.jurisdiction == "US" { String::new() } else { format!(" {}", filing.jurisdiction) };
        all.push(Happening::day(format!("Filed: {}{state}", filing.duty.words()), "done", filing.on));
    }
    all.sort_by_key(|happening| (happening.from, happening.to));
    all
}

/// For each kind of duty the first last day of those that are required.
fn last_days(of: OfProvider<'_>) -> Vec<Happening> {
    let kinds = [
        ("Last day of letters", Duty::IndividualNotice),
        ("Last day for HHS", Duty::HhsNotice),
        ("Last day for the yearly log", Duty::HhsAnnualLog),
        ("Last day for media", Duty::MediaNotice),
        ("Nearest last day of a regulator", Duty::RegulatorNotice),
        ("Last day for the bureaus", Duty::ConsumerReportingAgencyNotice),
        ("Last day of substitute notice", Duty::SubstituteNotice),
    ];
    let first = |duty| of.obligations(duty).filter(|obligation| obligation.required).filter_map(|obligation| obligation.deadline).min();
    kinds.into_iter().filter_map(|(label, duty)| Some(Happening::day(label, "due", first(duty)?))).collect()
}

/// From the first of a month to the last of one.
struct Scale {
    first: Date,
    last: Date,
}

impl Scale {
    fn x(&self, day: Date) -> f64 {
        let days = |to: Date| f64::from((to - self.first).get_days());
        let x = LEFT + (RIGHT - LEFT) * days(day) / days(self.last).max(1.0);
        (x * 10.0).round() / 10.0
    }

    fn line(&self, happening: Happening, y: u32) -> Line {
        let Happening { label, kind, from, to } = happening;
        let days = if from == to { from.to_string() } else { format!("{from} to {to}") };
        Line { label, days, kind, y, from: self.x(from), to: self.x(to), is_day: from == to }
    }

    /// So many first days of months that their names do not touch.
    fn months(&self) -> Vec<Month> {
        let months = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month());
        let step = (months(self.last) - months(self.first)) / MOST_MONTHS + 1;
        let mut day = self.first;
        let mut named = Vec::new();
        while day <= self.last {
            named.push(Month { name: day.strftime("%b %Y").to_string(), x: self.x(day) });
            let Ok(next) = day.checked_add(step.months()) else { break };
            day = next;
        }
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_scale_reaches_from_edge_to_edge_and_names_few_months() {
        for (first, last) in [(date(2026, 1, 1), date(2026, 1, 31)), (date(2021, 3, 1), date(2033, 12, 31))] {
            let scale = Scale { first, last };
            assert_eq!((scale.x(first), scale.x(last)), (LEFT, RIGHT));
            let months = scale.months();
            assert!(months.len() <= MOST_MONTHS as usize + 1 && months[0].x == LEFT, "{months:?}");
        }
    }
}
