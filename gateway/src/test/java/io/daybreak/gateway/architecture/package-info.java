/**
 * Rules about the code itself: the arrows between modules and packages, the purity of what decides about money, and the
 * habits of the house. Each failure says what the rule is for.
 */
package io.daybreak.gateway.architecture;
