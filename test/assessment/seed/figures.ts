/** What the seed says in numbers, each with its sentence. Nothing here is a verdict, a rate or a route. */
export const figures = {
  /** "qwen3.6:27b completes a 1,200-token support-log summary in a median of 41 seconds, with a slowest run of 58" */
  qwenSupport: { prompt_tokens: 1200, median_s: 41, slowest_s: 58 },
  /** "The same task on phi4-mini completes in 12 seconds but misses two of seven required incident fields." */
  phiSupport: { median_s: 12, fields: 7, missed: 2 },
  /** "A candidate local model must produce valid JSON on 25 consecutive prospect records … within 90 seconds" */
  prospects: { records: 25, limit_s: 90 },
  /** "22 valid records, 2 records with missing source_confidence, and 1 record with an invented service category" */
  broken: { missingConfidence: 2, inventedCategory: 1 },
  /** "approximately 320 recurring internal summarization and classification tasks per month" */
  tasksPerMonth: 320,
  /** "180 of those monthly tasks can safely move to local-primary routing" */
  localTasksPerMonth: 180,
  /** "roughly four minutes of human review", "$85 per hour", "$0.006 per task" */
  value: { minutes: 4, perHour: 85, perTask: 0.006 },
  /** "If 100 such records are processed monthly and each invalid record takes 15 minutes to find and repair" */
  repair: { records: 100, minutes: 15 },
} as const
