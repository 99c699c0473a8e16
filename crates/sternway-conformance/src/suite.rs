//! The macros that make tests of cases.

/// Makes one test for each promise of [`Store`](sternway_store::Store), run on the backend that a
/// [`Harness`](crate::Harness) gives. It takes an expression that makes the harness, which is
/// evaluated for every test, and belongs into a module of its own.
///
/// A test is called after the clause of the contract it is about and the promise it proves, such as
/// `locked::a_stale_generation_conflicts_and_says_why`. It brings a runtime of its own.
#[macro_export]
macro_rules! suite {
    ($harness:expr $(,)?) => {
        fn conformance_harness() -> impl $crate::Harness {
            $harness
        }

        $crate::__store_cases! { $crate::__store_tests }
    };
}

/// Makes one test for each promise of [`Kv`](sternway_store::Kv), like [`suite!`](crate::suite!). It
/// takes an expression that makes a [`KvHarness`](crate::KvHarness).
#[macro_export]
macro_rules! kv_suite {
    ($harness:expr $(,)?) => {
        fn conformance_harness() -> $crate::KvHarness {
            $harness
        }

        $crate::__kv_cases! { $crate::__kv_tests }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __store_tests {
    ($($subject:ident { $($case:ident,)* })*) => {
        $(mod $subject {
            $(#[test]
            fn $case() {
                $crate::store_cases::$subject::$case(super::conformance_harness());
            })*
        })*
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __kv_tests {
    ($($subject:ident { $($case:ident,)* })*) => {
        $(mod $subject {
            $(#[test]
            fn $case() {
                $crate::kv_cases::$subject::$case(&super::conformance_harness());
            })*
        })*
    };
}

/// Makes the functions that the tests of a store call.
macro_rules! store_runners {
    ($($subject:ident { $($case:ident,)* })*) => {
        $(pub mod $subject {
            $(pub fn $case(harness: impl $crate::Harness) {
                let name = concat!(stringify!($subject), "::", stringify!($case));
                $crate::run::run(name, harness, $crate::cases::$subject::$case);
            })*
        })*
    };
}

/// Makes the functions that the tests of an ordered map call.
macro_rules! kv_runners {
    ($($subject:ident { $($case:ident,)* })*) => {
        $(pub mod $subject {
            $(pub fn $case(harness: &$crate::KvHarness) {
                $crate::kv::$subject::$case(&harness.kv_place());
            })*
        })*
    };
}

pub(crate) use kv_runners;
pub(crate) use store_runners;
