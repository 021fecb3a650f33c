//! `[[lists]]`: that each file is there once, and which list mends which.

use super::Incident;
use super::check::{check_file, same_file};
use super::nearest::suggestion;
use super::toml_file::TomlFile;

/// Checks the lists and gives each mending list the name of the list it mends, so that record keys stay.
pub(super) fn settle(incident: &mut Incident, file: &TomlFile<'_>) {
    for (index, list) in incident.lists.iter().enumerate() {
        let place = file.place(&format!("lists[{index}].file"));
        check_file(incident, file, place.clone(), &list.file);
        if incident.lists[..index].iter().any(|earlier| same_file(&earlier.file, &list.file)) {
            let hint = "remove one of the two: every person in it would be counted twice";
            file.refuse("duplicate-list", place, format!("`{}` is named by two [[lists]]", list.file), hint);
        }
    }
    let names: Vec<Option<String>> = (0..incident.lists.len()).map(|index| name_of(incident, file, index)).collect();
    for (list, name) in incident.lists.iter_mut().zip(names) {
        if let Some(name) = name {
            list.name = name;
        }
    }
}

/// The file name of the list at the end of the chain of mended lists.
fn name_of(incident: &Incident, file: &TomlFile<'_>, index: usize) -> Option<String> {
    let mut list = incident.lists.get(index)?;
    for _ in 0..=incident.lists.len() {
        let Some(mended) = &list.mends else {
            return Some(list.file.clone());
        };
        match incident.lists.iter().find(|other| same_file(&other.file, mended)) {
            Some(found) => list = found,
            None if list.line == incident.lists[index].line => {
                let others = incident.lists.iter().map(|other| other.file.as_str()).filter(|other| !same_file(other, &list.file));
                let hint = suggestion(mended, others.collect::<Vec<_>>());
                file.refuse("unknown-list", file.place(&format!("lists[{index}].mends")), format!("`{mended}` is no list"), hint);
                return None;
            }
            // The list that names it has its own finding.
            None => return None,
        }
    }
    let hint = "`mends` names the list whose rows are to be replaced; that list must not mend this one";
    file.refuse("circular-mends", file.place(&format!("lists[{index}].mends")), "this list comes to mend itself", hint);
    None
}
