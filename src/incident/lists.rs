//! `[[lists]]`: that each list is there once, and which mends which.

use super::check::{check_listed, same_file};
use super::nearest::suggestion;
use super::toml_file::TomlFile;
use super::{Incident, List, Listed};
use std::borrow::Cow;

impl List {
    /// A list that incident.toml does not name, in our own columns.
    pub(crate) fn of_file(file: &str, provider: Option<String>) -> List {
        List {
            line: 0,
            file: file.to_owned(),
            name: file.to_owned(),
            provider,
            received: None,
            cass_on: None,
            ncoa_on: None,
            mends: None,
            columns: Vec::new(),
            unread: Vec::new(),
            dates: None,
            sheet: None,
        }
    }

    /// What the list is called in incident.toml and in tables: its file, and in brackets the sheet when one is named, so that two
    /// sheets of one file have two names.
    pub(crate) fn own_name(&self) -> Cow<'_, str> {
        self.sheet.as_ref().map_or(Cow::Borrowed(&self.file), |sheet| Cow::Owned(format!("{}[{sheet}]", self.file)))
    }
}

/// The lists that may be meant by the `mends` of a list, as their places in `lists`; none when it mends none. A list by its own
/// name; else, by the file alone, those that are of it: where another is, a list does not mean itself.
pub(crate) fn mended(lists: &[List], index: usize) -> Vec<usize> {
    let Some(mended) = &lists[index].mends else { return Vec::new() };
    let those = |is_meant: &dyn Fn(usize) -> bool| (0..lists.len()).filter(|other| is_meant(*other)).collect::<Vec<_>>();
    // Two of one name are refused anyway.
    if let Some(named) = (0..lists.len()).find(|other| same_file(&lists[*other].own_name(), mended)) {
        return vec![named];
    }
    let others = those(&|other| other != index && same_file(&lists[other].file, mended));
    if others.is_empty() { those(&|other| same_file(&lists[other].file, mended)) } else { others }
}

/// Checks the lists and gives each mending list the name of the list it mends, so that record keys stay.
pub(super) fn settle(incident: &mut Incident, file: &TomlFile<'_>, listed: Listed) {
    for (index, list) in incident.lists.iter().enumerate() {
        let place = file.place(&format!("lists[{index}].file"));
        check_listed(incident, file, place.clone(), (&list.file, listed));
        let name = list.own_name();
        if incident.lists[..index].iter().any(|earlier| same_file(&earlier.own_name(), &name)) {
            let hint =
                "remove one of the two: every person in it would be counted twice; when two sheets are meant, name each: sheet = \"…\"";
            file.refuse("duplicate-list", place, format!("`{name}` is named by two [[lists]]"), hint);
        }
    }
    let names: Vec<Option<String>> = (0..incident.lists.len()).map(|index| name_of(&incident.lists, file, index)).collect();
    for (list, name) in incident.lists.iter_mut().zip(names) {
        if let Some(name) = name {
            list.name = name;
        }
    }
}

/// The own name of the list at the end of the chain of mended lists.
fn name_of(lists: &[List], file: &TomlFile<'_>, index: usize) -> Option<String> {
    let place = || file.place(&format!("lists[{index}].mends"));
    let mut at = index;
    for _ in 0..=lists.len() {
        let Some(named) = &lists[at].mends else {
            return Some(lists[at].own_name().into_owned());
        };
        match mended(lists, at).as_slice() {
            [found] => at = *found,
            // The list that names it has its own finding.
            _ if at != index => return None,
            [] => {
                let others: Vec<Cow<'_, str>> = lists.iter().filter(|other| other.line != lists[index].line).map(List::own_name).collect();
                let hint = suggestion(named, others.iter().map(|name| &**name));
                file.refuse("unknown-list", place(), format!("`{named}` is no list"), hint);
                return None;
            }
            [first, ..] => {
                let hint = format!("name its sheet as well: mends = \"{}\"", lists[*first].own_name());
                file.refuse("ambiguous-list", place(), format!("several [[lists]] are sheets of `{named}`"), hint);
                return None;
            }
        }
    }
    let hint = "`mends` names the list whose rows are to be replaced; that list must not mend this one";
    file.refuse("circular-mends", place(), "this list comes to mend itself", hint);
    None
}
