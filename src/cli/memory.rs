//! What is in memory stays there: patient data is in it from the first row on.

/// Leaves no core dump, not even to a program that the system hands them to, and lets no other process of the user read along.
pub(super) fn keep_to_ourselves() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // Where a system cannot do one of the two, the work goes on: letters have a last day.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    // A limit of nothing does not hold for dumps that are piped to a program.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

#[cfg(test)]
mod tests {
    use rustix::process::{Resource, getrlimit};

    #[test]
    fn nothing_of_this_process_is_dumped() {
        super::keep_to_ourselves();
        let limit = getrlimit(Resource::Core);
        assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
        #[cfg(target_os = "linux")]
        assert_eq!(rustix::process::dumpable_behavior().unwrap(), rustix::process::DumpableBehavior::NotDumpable);
    }
}
