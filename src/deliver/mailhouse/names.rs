//! Names of packages and print files: ASCII, and nothing in them tells what the letters are about.

/// Words that would tell a stranger who reads a file list what the letters are about.
const TELLING: [&str; 10] = ["breach", "hipaa", "patient", "incident", "ransom", "hacked", "leak", "victim", "medical", "health"];

/// Telling when they stand alone; inside another word they mean nothing.
const TELLING_ALONE: [&str; 4] = ["phi", "ssn", "hack", "ehr"];

/// What tells the name of a package of letters that are printed again.
pub const REPRINT: &str = "_reprint";

/// `{incident}_{job}`, with `_{n}` from the second package of a job on. Parts of the incident's id that would tell are left out.
pub fn package_name(incident_id: &str, job: u32, number: u32) -> String {
    let name = format!("{}_{job:04}", neutral(incident_id));
    if number == 1 { name } else { format!("{name}_{number}") }
}

/// `{incident}_{job}_reprint{n}`: letters of a job that are printed again, from 1.
pub fn reprint_name(incident_id: &str, job: u32, number: u32) -> String {
    format!("{}_{job:04}{REPRINT}{number}", neutral(incident_id))
}

/// `{package}_{stream}_{part}of{parts}.pdf`, parts from 1.
pub fn stream_file_name(package: &str, stream: &str, part: u32, parts: u32) -> String {
    format!("{package}_{}_{part:03}of{parts:03}.pdf", neutral(stream))
}

/// The parts of a name between `-` and `_` that tell nothing, in ASCII; `job` when none is left.
fn neutral(name: &str) -> String {
    let kept: Vec<String> = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .map(str::to_ascii_lowercase)
        .filter(|part| !part.is_empty() && !TELLING_ALONE.contains(&part.as_str()))
        .filter(|part| !TELLING.iter().any(|word| part.contains(word)))
        .collect();
    if kept.is_empty() { "job".to_owned() } else { kept.join("-") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_tell_nothing() {
        for (id, job, number, expected) in [
            ("lakeside-2025", 1, 1, "lakeside-2025_0001"),
            ("lakeside-2025", 1, 2, "lakeside-2025_0001_2"),
            ("hipaa-breach", 3, 1, "job_0003"),
            ("philadelphia-phi", 3, 1, "philadelphia_0003"),
            ("münster/../x", 3, 1, "m-nster-x_0003"),
        ] {
            assert_eq!(package_name(id, job, number), expected);
        }
        assert_eq!(reprint_name("Lakeside_Breach_2025", 12, 2), "lakeside-2025_0012_reprint2");
        assert_eq!(stream_file_name("lakeside_0001", "1-sheet", 2, 10), "lakeside_0001_1-sheet_002of010.pdf");
    }
}
