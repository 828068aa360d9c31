"""Forecasts of registered persons by place, from what was registered up to a day."""
