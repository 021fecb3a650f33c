//! The types of information that a breach involved.

/// A type of information that was involved (design: `elements`), in the order in which letters list them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is the id of the same name")]
pub enum Element {
    Name,
    BirthDate,
    Ssn,
    DriversLicense,
    Mrn,
    ProviderNames,
    Diagnosis,
    Medications,
    TestResults,
    Images,
    Treatment,
    Insurance,
    FinancialAccount,
    Address,
    Phone,
    Email,
    ServiceDates,
}

impl Element {
    /// Every element with its id, in letter order.
    pub const ALL: [(Element, &'static str); 17] = [
        (Element::Name, "name"),
        (Element::BirthDate, "birth_date"),
        (Element::Ssn, "ssn"),
        (Element::DriversLicense, "drivers_license"),
        (Element::Mrn, "mrn"),
        (Element::ProviderNames, "provider_names"),
        (Element::Diagnosis, "diagnosis"),
        (Element::Medications, "medications"),
        (Element::TestResults, "test_results"),
        (Element::Images, "images"),
        (Element::Treatment, "treatment"),
        (Element::Insurance, "insurance"),
        (Element::FinancialAccount, "financial_account"),
        (Element::Address, "address"),
        (Element::Phone, "phone"),
        (Element::Email, "email"),
        (Element::ServiceDates, "service_dates"),
    ];

    /// The id used in lists and templates.
    pub fn id(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The element of an id; `None` when unknown.
    pub fn from_id(id: &str) -> Option<Element> {
        Self::ALL.iter().find(|(_, known)| *known == id).map(|(element, _)| *element)
    }
}

/// The set of elements involved for one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Elements(u32);

impl Elements {
    /// Adds one.
    pub fn insert(&mut self, element: Element) {
        self.0 |= 1 << element as u32;
    }

    /// Whether it is in the set.
    pub fn contains(self, element: Element) -> bool {
        self.0 & (1 << element as u32) != 0
    }

    /// Both sets together.
    #[must_use]
    pub fn union(self, other: Elements) -> Elements {
        Elements(self.0 | other.0)
    }

    /// Whether the sets have an element in common.
    pub fn meets(self, other: Elements) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether there is an element that the other set lacks.
    pub fn exceeds(self, other: Elements) -> bool {
        self.0 & !other.0 != 0
    }

    /// The set of some ids; those that no list can have are left out.
    pub fn of_ids(ids: &[String]) -> Elements {
        let mut elements = Elements::default();
        ids.iter().filter_map(|id| Element::from_id(id)).for_each(|element| elements.insert(element));
        elements
    }

    /// Whether nothing is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The elements in letter order.
    pub fn iter(self) -> impl Iterator<Item = Element> {
        Element::ALL.iter().map(|(element, _)| *element).filter(move |element| self.contains(*element))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_stand_at_their_index() {
        for (index, (element, id)) in Element::ALL.into_iter().enumerate() {
            assert_eq!((element as usize, element.id()), (index, id));
        }
    }
}
