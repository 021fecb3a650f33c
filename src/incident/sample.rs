//! A minimal incident and minimal rules for tests of any stage.

use super::*;
use crate::rules::Rules;

/// The text of an incident.toml that is accepted as it stands, beside [`PROVIDERS`] and a file `patients.csv`.
pub(crate) const TOML: &str = r#"[incident]
id = "sample-2025"
title = "Legacy server"
cause = "hacking"
locations = ["network server"]
breach_began = 2025-01-22
breach_ended = "2025-02-10"
discovered = 2025-02-20
mail_date = 2025-04-14
what_happened = """
Someone copied data."""
investigation = "We looked."
mitigation = "We closed it."
prevention = "We watch it."

[call_center]
phone = "1-800-555-0100"
hours = "Monday to Friday, 9 a.m. to 5 p.m. Central Time"

[sender]
kind = "provider"

[print]
envelope = "lob-10-double"
duplex = true
house = "inhouse"
baa_reference = "BAA-1"

[[lists]]
file = "patients.csv"
"#;

/// A providers.csv of two providers.
pub(crate) const PROVIDERS: &str = "\
provider_id,legal_name,kind,return_name,address1,city,state,postal_code,phone,signatory_name,signatory_title\n\
LAKE,Lakeside Hospital,hospital,Lakeside Hospital,1 Shore Rd,Springfield,IL,62701,217-555-0100,Pat Doe,Privacy Officer\n\
HILL,Hillside Clinic,clinic,Hillside Clinic,2 Top St,Springfield,IL,62702,217-555-0101,Lee Roe,Administrator\n";

/// A folder with incident.toml, providers.csv and the given further files.
pub(crate) fn folder(toml: &str, providers: &str, files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs_err::write(folder.path().join("incident.toml"), toml).unwrap();
    fs_err::write(folder.path().join("providers.csv"), providers).unwrap();
    for (name, bytes) in files {
        fs_err::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// An incident of providers `LAKE` and `HILL` with one list `patients.csv`, in a folder that does not exist.
pub(crate) fn incident() -> Incident {
    let folder = folder(TOML, PROVIDERS, &[("patients.csv", b"")]);
    let (mut incident, _) = load(folder.path(), &rules()).unwrap();
    incident.folder = PathBuf::from("sample");
    incident
}

/// The built-in rules.
pub(crate) fn rules() -> Rules {
    Rules::load().unwrap()
}
