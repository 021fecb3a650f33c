//! The columns of ours that a list may have.

/// A column of ours; see design "What a user writes".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is the column of the same name")]
pub enum Field {
    RecordId,
    PatientId,
    ProviderId,
    FullName,
    Prefix,
    FirstName,
    MiddleName,
    LastName,
    Suffix,
    BirthDate,
    Address1,
    Address2,
    City,
    State,
    PostalCode,
    Country,
    Phone,
    Email,
    EmailConsentOn,
    EmailConsentWithdrawnOn,
    EmailConsentScope,
    Language,
    AlternateFormat,
    Status,
    DeathDate,
    RepresentativeName,
    RepresentativeRelation,
    RepresentativeAddress1,
    RepresentativeAddress2,
    RepresentativeCity,
    RepresentativeState,
    RepresentativePostalCode,
    RepresentativeCountry,
    RepresentativeBlocked,
    ConfidentialAddress1,
    ConfidentialAddress2,
    ConfidentialCity,
    ConfidentialState,
    ConfidentialPostalCode,
    ConfidentialCountry,
    MinorConsentedCare,
    Elements,
    ActivationCode,
}

impl Field {
    /// Every field with the name of its column, in the order of design "What a user writes".
    pub const ALL: [(Field, &'static str); 43] = [
        (Field::RecordId, "record_id"),
        (Field::PatientId, "patient_id"),
        (Field::ProviderId, "provider_id"),
        (Field::FullName, "full_name"),
        (Field::Prefix, "prefix"),
        (Field::FirstName, "first_name"),
        (Field::MiddleName, "middle_name"),
        (Field::LastName, "last_name"),
        (Field::Suffix, "suffix"),
        (Field::BirthDate, "birth_date"),
        (Field::Address1, "address1"),
        (Field::Address2, "address2"),
        (Field::City, "city"),
        (Field::State, "state"),
        (Field::PostalCode, "postal_code"),
        (Field::Country, "country"),
        (Field::Phone, "phone"),
        (Field::Email, "email"),
        (Field::EmailConsentOn, "email_consent_on"),
        (Field::EmailConsentWithdrawnOn, "email_consent_withdrawn_on"),
        (Field::EmailConsentScope, "email_consent_scope"),
        (Field::Language, "language"),
        (Field::AlternateFormat, "alternate_format"),
        (Field::Status, "status"),
        (Field::DeathDate, "death_date"),
        (Field::RepresentativeName, "representative_name"),
        (Field::RepresentativeRelation, "representative_relation"),
        (Field::RepresentativeAddress1, "representative_address1"),
        (Field::RepresentativeAddress2, "representative_address2"),
        (Field::RepresentativeCity, "representative_city"),
        (Field::RepresentativeState, "representative_state"),
        (Field::RepresentativePostalCode, "representative_postal_code"),
        (Field::RepresentativeCountry, "representative_country"),
        (Field::RepresentativeBlocked, "representative_blocked"),
        (Field::ConfidentialAddress1, "confidential_address1"),
        (Field::ConfidentialAddress2, "confidential_address2"),
        (Field::ConfidentialCity, "confidential_city"),
        (Field::ConfidentialState, "confidential_state"),
        (Field::ConfidentialPostalCode, "confidential_postal_code"),
        (Field::ConfidentialCountry, "confidential_country"),
        (Field::MinorConsentedCare, "minor_consented_care"),
        (Field::Elements, "elements"),
        (Field::ActivationCode, "activation_code"),
    ];

    /// Where the patient lives: both lines, city, state, postal code, country.
    pub const HOME: [Field; 6] = [Field::Address1, Field::Address2, Field::City, Field::State, Field::PostalCode, Field::Country];
    /// Where the representative is written to.
    pub const REPRESENTATIVE: [Field; 6] = [
        Field::RepresentativeAddress1,
        Field::RepresentativeAddress2,
        Field::RepresentativeCity,
        Field::RepresentativeState,
        Field::RepresentativePostalCode,
        Field::RepresentativeCountry,
    ];
    /// Where alone the patient asked to be written to (45 CFR 164.522(b)).
    pub const CONFIDENTIAL: [Field; 6] = [
        Field::ConfidentialAddress1,
        Field::ConfidentialAddress2,
        Field::ConfidentialCity,
        Field::ConfidentialState,
        Field::ConfidentialPostalCode,
        Field::ConfidentialCountry,
    ];

    /// What decides whether, as whom and where somebody is written to, and what nothing else tells.
    pub(super) const DECISIVE: [Field; 14] = [
        Field::BirthDate,
        Field::Status,
        Field::DeathDate,
        Field::RepresentativeName,
        Field::RepresentativeAddress1,
        Field::RepresentativeAddress2,
        Field::RepresentativeBlocked,
        Field::ConfidentialAddress1,
        Field::ConfidentialAddress2,
        Field::ConfidentialCity,
        Field::ConfidentialPostalCode,
        Field::MinorConsentedCare,
        Field::EmailConsentWithdrawnOn,
        Field::AlternateFormat,
    ];

    /// What mend.csv calls a column that tells who is dead.
    pub(super) const DECEASED_FLAG: &'static str = "deceased";

    /// The name of the column.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The field of a column name of ours; `None` when unknown.
    pub fn from_name(name: &str) -> Option<Field> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(field, _)| *field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_at_their_index() {
        for (index, (field, name)) in Field::ALL.into_iter().enumerate() {
            assert_eq!((field as usize, Field::from_name(name)), (index, Some(field)));
        }
    }
}
