//! A cell of a spreadsheet -> the text that a person sees in it, or one that says no less.

use calamine::{DataRef, ExcelDateTime};

/// Numbers of more digits lost their last ones in the spreadsheet.
const EXACT_BELOW: f64 = 1e15;

/// The text of a cell. `format` is its number format, such as `00000`.
pub(super) fn text_of(value: &DataRef<'_>, format: &str) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::Int(number) => number_text(*number as f64, format),
        DataRef::Float(number) => number_text(*number, format),
        DataRef::DateTime(moment) => moment_text(moment),
        DataRef::Error(error) => error.to_string(),
    }
}

fn number_text(number: f64, format: &str) -> String {
    if number.abs() >= EXACT_BELOW {
        // As the spreadsheet shows it: damage is told by this form.
        let text = format!("{number:E}");
        return if text.contains("E-") { text } else { text.replace('E', "E+") };
    }
    if number.fract() == 0.0 && number >= 0.0 {
        return padded(&format!("{number:.0}"), format);
    }
    format!("{number}")
}

/// Digits with the leading zeros and dashes of a format such as `00000`, `00000-0000` or `000-00-0000`.
fn padded(digits: &str, format: &str) -> String {
    let pattern = pattern_for(digits, format);
    let places = pattern.chars().filter(|c| *c == '0').count();
    if places < 2 || places < digits.len() || pattern.chars().any(|c| !matches!(c, '0' | '-')) {
        return digits.to_owned();
    }
    let filled = format!("{digits:0>places$}");
    let mut digits = filled.chars();
    pattern.chars().filter_map(|c| if c == '0' { digits.next() } else { Some(c) }).collect()
}

/// The section of a format that applies, without its escapes: `[<=99999]00000;00000\-0000` has one for ZIP codes of five digits.
fn pattern_for(digits: &str, format: &str) -> String {
    let mut sections = format.split(';');
    let first = sections.next().unwrap_or_default();
    let section = match first.strip_prefix("[<=99999]") {
        Some(short) if digits.len() <= 5 => short,
        Some(_) => sections.next().unwrap_or_default(),
        None => first,
    };
    section.chars().filter(|c| !matches!(c, '\\' | '"')).collect()
}

/// Year, month and day, with the time when there is one; a time without a day stays a number.
fn moment_text(moment: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let number = moment.as_f64();
    if !moment.is_datetime() || number < 1.0 || (year, month, day) == (1900, 2, 29) {
        return format!("{number}");
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second) == (0, 0, 0) { date } else { format!("{date} {hour:02}:{minute:02}:{second:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{CellErrorType, ExcelDateTimeType};

    #[test]
    fn cells_read_as_they_are_seen() {
        let moment = |number, is_1904| DataRef::DateTime(ExcelDateTime::new(number, ExcelDateTimeType::DateTime, is_1904));
        for (value, format, text) in [
            (DataRef::Float(2134.0), "00000", "02134"),
            (DataRef::Float(2134.0), "General", "2134"),
            (DataRef::Float(21340001.0), "00000\\-0000", "02134-0001"),
            (DataRef::Float(2134.0), "[<=99999]00000;00000\\-0000", "02134"),
            (DataRef::Float(21340001.0), "[<=99999]00000;00000\\-0000", "02134-0001"),
            (DataRef::Float(1_234_567.0), "00000", "1234567"),
            (DataRef::Int(-5), "00000", "-5"),
            (DataRef::Float(0.5), "0.00", "0.5"),
            (DataRef::Float(100_000_000_000.0), "0", "100000000000"),
            (DataRef::Float(1_234_500_000_000_000.0), "0", "1.2345E+15"),
            (DataRef::SharedString("00123"), "General", "00123"),
            (DataRef::Bool(true), "General", "TRUE"),
            (DataRef::Error(CellErrorType::NA), "General", "#N/A"),
            (moment(21258.0, false), "", "1958-03-14"),
            (moment(21258.5, false), "", "1958-03-14 12:00:00"),
            (moment(19796.0, true), "", "1958-03-14"),
            (moment(60.0, false), "", "60"),
            (moment(0.25, false), "", "0.25"),
        ] {
            assert_eq!(text_of(&value, format), text, "{value:?}");
        }
    }
}
