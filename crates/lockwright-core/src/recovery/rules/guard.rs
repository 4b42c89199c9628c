//! The guards around the rule table: what the interpreter insists on besides the proofs.

/// One guard. In production all are on; the search switches off one at a time and must notice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guard {
    /// What was added serves no recovery for seven days, a changed address not while it can be undone.
    Cooling,
    /// The owner is told everywhere at the first of several proofs, before anything can open.
    ToldFirst,
    /// Rules with a delay open only after the waiting time.
    Delay,
    /// A notice's cancel link closes what waits.
    Cancel,
    /// A second cancel through the same channel does not close a case by itself.
    SecondCancelContests,
    /// One case of an identity waits at a time, so that one cancel stops everything (X06).
    OneWaiting,
    /// A contact's approval counts only if its mailbox is none of the identity's own.
    ContactNotOwnMailbox,
    /// Contacts count when as many approved as the person asked for.
    ContactThreshold,
    /// A contact counts once, however often it approves.
    DifferentContacts,
    /// Contacts open nothing alone unless they are two people (X05).
    TwoContactsAlone,
    /// Operators count when they are two different ones.
    DifferentOperators,
    /// While enrolment is owed, the identity is as protected as with the device.
    ProtectedWhileOwed,
    /// While enrolment is owed, only what would take a device away gets to enrol one.
    OwedTakesAsMuch,
    /// A password that wrong tries switched off still counts in a case, after another proof.
    WornPasswordCounts,
    /// A device that wrong tries switched off still counts with two consecutive codes.
    WornDeviceCounts,
}

impl Guard {
    /// Each of them.
    pub const ALL: [Self; 15] = [
        Self::Cooling,
        Self::ToldFirst,
        Self::Delay,
        Self::Cancel,
        Self::SecondCancelContests,
        Self::OneWaiting,
        Self::ContactNotOwnMailbox,
        Self::ContactThreshold,
        Self::DifferentContacts,
        Self::TwoContactsAlone,
        Self::DifferentOperators,
        Self::ProtectedWhileOwed,
        Self::OwedTakesAsMuch,
        Self::WornPasswordCounts,
        Self::WornDeviceCounts,
    ];
}

/// Which guards are on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Guards(u32);

impl Guards {
    /// All of them.
    pub const ALL: Self = Self(u32::MAX);

    /// All these but one.
    #[must_use]
    pub const fn without(self, guard: Guard) -> Self {
        Self(self.0 & !(1 << (guard as u32)))
    }

    /// Whether it is on.
    pub const fn on(self, guard: Guard) -> bool {
        self.0 & (1 << (guard as u32)) != 0
    }
}
