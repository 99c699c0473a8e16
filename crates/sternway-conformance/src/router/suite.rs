//! The macros that make tests of the cases.

/// Makes one test for each promise of [`TrafficRouter`](sternway_provider::TrafficRouter), run on the
/// router that a [`RouterHarness`](crate::router::RouterHarness) gives. It takes an expression that
/// makes the harness, which is evaluated for every test, and belongs into a module of its own.
///
/// A test is called after the clause of the contract it is about and the promise it proves, such as
/// `forward::an_older_route_is_refused_and_changes_nothing`. It brings a runtime of its own.
#[macro_export]
macro_rules! router_suite {
    ($harness:expr $(,)?) => {
        fn conformance_harness() -> impl $crate::router::RouterHarness {
            $harness
        }

        $crate::__router_cases! { $crate::__router_tests }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __router_tests {
    ($($subject:ident { $($case:ident,)* })*) => {
        $(mod $subject {
            $(#[test]
            fn $case() {
                $crate::router::router_cases::$subject::$case(super::conformance_harness());
            })*
        })*
    };
}

/// Makes the functions that the tests of a router call.
macro_rules! router_runners {
    ($($subject:ident { $($case:ident,)* })*) => {
        $(pub mod $subject {
            $(pub fn $case(harness: impl $crate::router::RouterHarness) {
                let name = concat!(stringify!($subject), "::", stringify!($case));
                $crate::run::story("router", name, async move {
                    let place = $crate::router::RouterHarness::place(&harness).await;
                    let way = $crate::router::way::Way::new(place);
                    Box::pin($crate::router::cases::$subject::$case(way)).await;
                });
            })*
        })*
    };
}

pub(crate) use router_runners;
