"""Files that become a Scenario: flowsim's own and those of other tools."""
